// The reader's own machine: a preset after Linux's scheduler, and a prediction of what processes of a
// workload take there. Ticks of the preset are microseconds.

import type { MachineOptions } from './machine.js';
import { eevdf } from './policies/eevdf.js';
import type { Policy } from './policies/policy.js';
import { simulate } from './simulate.js';
import type { Run } from './simulation.js';
import { slicesOf } from './slices.js';
import { mean } from './statistics.js';
import { requireInteger, requireObject } from './validate.js';
import type { Operation, ProcessSpec } from './workload.js';

/** What the machine is like. */
export interface LinuxOptions {
  /** Cores the workload may use. @defaultValue 1 */
  readonly cores?: number | undefined;
  /** Cores the machine has: Linux makes slices longer where there are more. @defaultValue 2, or `cores` */
  readonly online?: number | undefined;
  /** Timer interrupts a second, `CONFIG_HZ`. @defaultValue 250 */
  readonly hz?: number | undefined;
  /**
   * Microseconds that a switch takes from who gets the core: 2 for the switch alone; the interrupt that
   * causes it and caches gone cold make it more, in a virtual machine above 100.
   *
   * @defaultValue 2
   */
  readonly contextSwitch?: number | undefined;
  /**
   * Microseconds from the end of a wait until the process goes on, if a core is free: the timer's slack,
   * the interrupt, the way out of idleness.
   *
   * @defaultValue 0
   */
  readonly wakeUp?: number | undefined;
}

/** Microseconds of a slice on one core, `base_slice_ns` before it is scaled. */
const BASE_SLICE = 700;

/**
 * Linux since 6.6 as far as it is modelled: EEVDF on a queue for each core, slices that end at the next
 * timer interrupt, idle cores that look for work elsewhere, queues evened out at each interrupt. The
 * machine's tick is a microsecond. Groups, cpufreq, caches and hyperthreads are not modelled.
 *
 * @see "EEVDF Scheduler", Linux kernel documentation; kernel/sched/fair.c, `sysctl_sched_base_slice`
 */
export function linux(options: LinuxOptions = {}): { policy: Policy; machine: MachineOptions } {
  const given = requireObject('linux(options)', options, 'an object: { cores, hz }');
  const cores = requireInteger('linux(options).cores', given['cores'] ?? 1, 1);
  const online = requireInteger('linux(options).online', given['online'] ?? Math.max(2, cores), 1);
  const hz = requireInteger('linux(options).hz', given['hz'] ?? 250, 1);
  const timer = Math.round(1_000_000 / hz);
  const slice = BASE_SLICE * (1 + Math.floor(Math.log2(Math.min(8, online))));
  return {
    policy: { ...eevdf({ slice }), name: `linux(HZ ${hz})` },
    machine: {
      cores,
      queues: 'per-core',
      balance: { interval: timer, victim: 'busiest', onIdle: true },
      timer,
      contextSwitch: requireInteger('linux(options).contextSwitch', given['contextSwitch'] ?? 2, 0),
      wakeUp: requireInteger('linux(options).wakeUp', given['wakeUp'] ?? 0, 0),
      unit: 'µs',
    },
  };
}

/** What a process is predicted to take; times in the unit of the workload. */
export interface ProcessPrediction {
  readonly name: string;
  readonly turnaround: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  /** Mean of its slices that were cut short; undefined if none was. */
  readonly sliceLength: number | undefined;
}

/** What a workload is predicted to take; times in the unit of the workload. */
export interface Prediction {
  readonly makespan: number;
  readonly processes: readonly ProcessPrediction[];
  readonly contextSwitches: number;
  /** Mean of all slices that were cut short; undefined if none was. */
  readonly sliceLength: number | undefined;
  /** The run itself, in microseconds. */
  readonly run: Run;
}

/** The machine, and what a tick of the workload is. */
export interface PredictOptions extends LinuxOptions {
  /** @defaultValue 'ms' */
  readonly unit?: 'ms' | 'µs' | undefined;
}

/**
 * Predicts what real processes that do the same would take on Linux.
 *
 * @param processes - as for `simulate`; a tick is a millisecond unless `unit` says otherwise
 * @throws {@link InvalidInputError} naming the field and the value
 */
export function predict(processes: readonly ProcessSpec[], options: PredictOptions = {}): Prediction {
  const { unit = 'ms', ...machine } = options;
  const scale = unit === 'ms' ? 1000 : 1;
  const run = simulate(
    Array.isArray(processes) ? processes.map((process) => scaled(process, scale)) : processes,
    {
      ...linux(machine),
      maxEvents: 100_000_000,
    },
  );
  const cut = new Map<number, number[]>();
  // Slices that follow each other without a break are one turn, as a process sees it.
  let turn: { pid: number; from: number; to: number } | undefined;
  for (const slice of slicesOf(run.trace).toSorted((a, b) => a.core - b.core || a.from - b.from)) {
    const follows = turn !== undefined && turn.pid === slice.pid && turn.to === slice.from;
    turn = follows && turn !== undefined ? { ...turn, to: slice.to } : { ...slice };
    const isCut = slice.end === 'slice-end' || slice.end === 'preempted';
    const last = cut.get(slice.pid) ?? [];
    if (follows) last.pop();
    if (isCut) last.push((turn.to - turn.from) / scale);
    cut.set(slice.pid, last);
  }
  const meanOf = (lengths: readonly number[]) => (lengths.length === 0 ? undefined : mean(lengths));
  return {
    makespan: run.metrics.makespan / scale,
    processes: run.processes.map((process) => ({
      name: process.name,
      turnaround: (process.turnaround ?? Number.NaN) / scale,
      voluntarySwitches: process.voluntarySwitches,
      involuntarySwitches: process.involuntarySwitches,
      sliceLength: meanOf(cut.get(process.pid) ?? []),
    })),
    contextSwitches: run.metrics.contextSwitches,
    sliceLength: meanOf([...cut.values()].flat()),
    run,
  };
}

/** The same process in microseconds; what is not usable is left for `simulate` to refuse. */
function scaled(process: ProcessSpec, scale: number): ProcessSpec {
  if (typeof process !== 'object' || process === null || !Array.isArray(process.script)) return process;
  const times = (value: number | undefined) => (value === undefined ? undefined : value * scale);
  return {
    ...process,
    arrival: times(process.arrival),
    deadline: times(process.deadline),
    period: times(process.period),
    script: process.script.map((step: Operation): Operation => {
      if (step.kind === 'cpu' || step.kind === 'io') return { ...step, ticks: step.ticks * scale };
      return step.kind === 'fork' ? { ...step, child: scaled(step.child, scale) } : step;
    }),
  };
}
