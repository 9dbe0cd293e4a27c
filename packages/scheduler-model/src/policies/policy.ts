// What a policy is: it decides who runs and for how long, in the vocabulary of Linux's sched_ext. The
// clock, the states and the costs are the engine's, so every policy is held to the same invariants.

import type { Random } from '../random.js';

/** What a policy sees of a process: a live, read-only view, the same object throughout a run. */
export interface ProcessView {
  /** 1 for the first of the workload. */
  readonly pid: number;
  readonly name: string;
  /** Ticks. */
  readonly arrival: number;
  /** Ticks of core time before it next blocks or exits: known to the model, a guess in a real system. */
  readonly remainingBurst: number;
}

/** Why a process became ready. */
export type EnqueueReason = 'arrival' | 'slice-end' | 'io-done';

/** Why a process is no longer ready. */
export type DequeueReason = 'dispatch';

/** A policy at work in one run; it holds that run's queues. */
export interface Scheduler {
  /** A process became ready. */
  enqueue(process: ProcessView, reason: EnqueueReason): void;
  /** A process is no longer ready; also called for the one just picked. */
  dequeue(process: ProcessView, reason: DequeueReason): void;
  /**
   * Who should run, now that a core is idle. Only looks: the engine then calls `dequeue`. Asked only while
   * a process is ready. If the core the process last had is idle too, the engine prefers that one.
   *
   * @returns the pid of a ready process, or undefined to leave the core idle until something happens
   */
  pickNext(core: number): number | undefined;
  /**
   * How long a process may run now that it starts to.
   *
   * @returns ticks, at least 1, or undefined to let it run until it blocks or exits
   */
  sliceFor(process: ProcessView, core: number): number | undefined;
  /** A process has terminated. */
  exit?(process: ProcessView): void;
}

/** What a policy is given when a run starts. */
export interface PolicyContext {
  /** Number of cores, numbered from 0. */
  readonly cores: number;
  /** The run's only source of chance, from its seed. */
  readonly random: Random;
}

/** A policy to choose. It holds no state of a run, so one may serve many. */
export interface Policy {
  /** For charts and messages. */
  readonly name: string;
  /** Begins a run. */
  start(context: PolicyContext): Scheduler;
}
