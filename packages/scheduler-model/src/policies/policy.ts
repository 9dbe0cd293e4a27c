// What a policy is: it decides who runs and for how long, in the vocabulary of Linux's sched_ext. The
// clock, the states and the costs are the engine's, so every policy is held to the same invariants.

import type { SliceAccounting } from '../machine.js';
import type { Random } from '../random.js';

/** What a policy sees of a process: a live, read-only view, the same object throughout a run. */
export interface ProcessView {
  /** 1 for the first of the workload. */
  readonly pid: number;
  readonly name: string;
  /** Ticks. */
  readonly arrival: number;
  /**
   * Ticks of core time until its next operation that is not `cpu`: known to the model, a guess in a real
   * system.
   */
  readonly remainingBurst: number;
  /** Ticks it has had a core so far, up to now. */
  readonly ran: number;
  /** The workload's number; that of whoever it holds a lock against, where priority is inherited. */
  readonly priority: number;
  readonly nice: number;
  readonly tickets: number;
  /** The tick by which it must have ended, or Infinity; inherited like `priority`. */
  readonly deadline: number;
  /** Ticks from one release of its task to the next, or Infinity; inherited like `priority`. */
  readonly period: number;
  /** The core it has or last had, or undefined if it never had one. */
  readonly core: number | undefined;
  /** Whether its affinity lets it run on a core. */
  mayRunOn(core: number): boolean;
  /** Room for what the policy keeps about it; goes with it from one core's queue to another's. */
  data: unknown;
}

/** Why a process became ready. */
export type EnqueueReason =
  | 'arrival'
  | 'fork'
  | 'io-done'
  | 'lock-granted'
  | 'child-exit'
  | 'swapped-in'
  | 'slice-end'
  | 'preempted'
  | 'yield'
  | 'migrate'
  | 'inherit';

/** Why a process is no longer in the queue: it got a core, another queue, or another rank. */
export type DequeueReason = 'dispatch' | 'migrate' | 'inherit';

/** Why a process left its core. */
export type StopReason = 'slice-end' | 'preempted' | 'yield' | 'blocked' | 'exit';

/** A policy at work in one run; it holds that run's queue, or one core's if each has its own. */
export interface Scheduler {
  /** A process became ready. */
  enqueue(process: ProcessView, reason: EnqueueReason): void;
  /** A process is no longer ready; also called for the one just picked. */
  dequeue(process: ProcessView, reason: DequeueReason): void;
  /**
   * Who should run, now that a core is idle. Only looks: the engine then calls `dequeue`. Asked only while
   * a process is ready. If the core the process last had is idle too, the engine prefers that one.
   *
   * @returns the pid of a ready process that may run on the core, or undefined to leave it idle
   */
  pickNext(core: number): number | undefined;
  /**
   * How long a process may run now that it starts to.
   *
   * @returns ticks, at least 1, or undefined to let it run until it blocks or exits
   */
  sliceFor(process: ProcessView, core: number): number | undefined;
  /** At each interrupt of the machine's timer, for the process on a core; true ends its turn. */
  tick?(process: ProcessView, core: number): boolean;
  /** Whether one that just became ready should have the core of one that runs; never, if left out. */
  checkPreempt?(woken: ProcessView, running: ProcessView, core: number): boolean;
  /** A process left its core, before it is enqueued if it is still ready. */
  stopping?(process: ProcessView, reason: StopReason): void;
  /** Which process to give to another core's queue; the first that may go, if left out. */
  balance?(thief: number): number | undefined;
  /** The time asked for with `context.timerAt` has come. */
  timer?(): void;
  /** A process has terminated. */
  exit?(process: ProcessView): void;
}

/** What a policy is given when a run starts. */
export interface PolicyContext {
  /** Number of cores, numbered from 0. */
  readonly cores: number;
  /** The run's only source of chance, from its seed. */
  readonly random: Random;
  /** The time, in ticks. */
  now(): number;
  /** The process on a core, or undefined. */
  running(core: number): ProcessView | undefined;
  /** Asks for a call of `timer` at a time from now on. */
  timerAt(time: number): void;
  /** Asks that whoever has a core give it up and be enqueued as `preempted`, once this moment is over. */
  preempt(core: number): void;
}

/** A policy to choose. It holds no state of a run, so one may serve many. */
export interface Policy {
  /** For charts and messages. */
  readonly name: string;
  /** How its slices are counted, unless the machine says otherwise. @defaultValue 'perDispatch' */
  readonly sliceAccounting?: SliceAccounting | undefined;
  /** Begins a run; called once for each queue. */
  start(context: PolicyContext): Scheduler;
}
