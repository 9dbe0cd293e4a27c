// What the trace amounts to. A pure function of it: nothing here knows the policy or the engine, so a
// trace from elsewhere can be measured by the same definitions.
//
// Each tick of a process between arrival and completion is exactly one of run, ready, blocked, overhead:
//   turnaround = run + ready + blocked + overhead

import type { Trace, Transition } from './trace.js';

/** What became of one process. Times in ticks. */
export interface ProcessResult {
  readonly pid: number;
  readonly name: string;
  readonly arrival: number;
  /** When it terminated; undefined if it had not when the run stalled. */
  readonly completion: number | undefined;
  /** Completion less arrival. */
  readonly turnaround: number | undefined;
  /** From arrival until it first ran; undefined if it never did. */
  readonly response: number | undefined;
  /** Ready and waiting for a core: the same as `ready`, under the textbook's name. */
  readonly waiting: number;
  /** Executing. */
  readonly run: number;
  /** Ready, with no core taken for it. */
  readonly ready: number;
  /** Waiting for a device. */
  readonly blocked: number;
  /** Ready, with a core switching to it. */
  readonly overhead: number;
  /** Times it gave up its core to wait for a device. */
  readonly voluntarySwitches: number;
  /** Times its slice ended and another process got its core. */
  readonly involuntarySwitches: number;
}

/** What one core did with its time. Times in ticks. */
export interface CoreResult {
  readonly core: number;
  readonly run: number;
  /** Spent on switching. */
  readonly overhead: number;
  readonly idle: number;
  /** Run as a share of the makespan, 0 to 1: overhead is not use. */
  readonly utilization: number;
}

/** What a run amounts to as a whole. Shares and means of nothing are 0. */
export interface RunMetrics {
  /** Ticks from time 0 to the last thing that happened. */
  readonly makespan: number;
  /** Run time of all cores as a share of their makespan, 0 to 1. */
  readonly utilization: number;
  readonly cores: readonly CoreResult[];
  /** Processes completed per tick. */
  readonly throughput: number;
  /** Over the processes that completed. */
  readonly meanTurnaround: number;
  /** Over the processes that ran. */
  readonly meanResponse: number;
  /** Over the processes that completed. */
  readonly meanWaiting: number;
  /**
   * Times a core took up a process other than the one it last held, its first included: each costs
   * `contextSwitch`. Subtract the cores used for the count of textbooks that leave out the start.
   */
  readonly contextSwitches: number;
}

/** What the trace does not say by itself: how many cores there were, and who never arrived. */
export interface MeasureContext {
  readonly cores: number;
  readonly processes: readonly { readonly name: string; readonly arrival: number }[];
}

type Spending = 'run' | 'ready' | 'blocked' | 'overhead';

interface ProcessTally extends Record<Spending, number> {
  spending: Spending | undefined;
  since: number;
  firstRun: number | undefined;
  completion: number | undefined;
  voluntary: number;
  involuntary: number;
}

interface CoreTally {
  run: number;
  overhead: number;
  lastPid: number;
  wasSliceEnd: boolean;
}

/** Reads processes' and cores' results off a trace. */
export function measure(
  trace: Trace,
  context: MeasureContext,
): { readonly processes: ProcessResult[]; readonly metrics: RunMetrics } {
  const end = trace.at(trace.length - 1)?.time ?? 0;
  const processTallies = context.processes.map(newProcessTally);
  const coreTallies = Array.from({ length: context.cores }, newCoreTally);
  /** The core each process is on, so that time spent there counts for the core too. */
  const coreOf = new Map<number, CoreTally>();
  let contextSwitches = 0;

  const settle = (pid: number, tally: ProcessTally, time: number): void => {
    if (tally.spending === undefined) return;
    const spent = time - tally.since;
    tally[tally.spending] += spent;
    const core = coreOf.get(pid);
    if (core !== undefined && (tally.spending === 'run' || tally.spending === 'overhead')) {
      core[tally.spending] += spent;
    }
  };

  for (const row of trace) {
    const tally = processTallies[row.pid - 1] as ProcessTally;
    settle(row.pid, tally, row.time);
    tally.since = row.time;
    tally.spending = spendingAfter(row);
    if (row.reason === 'dispatch') tally.firstRun ??= row.time;
    if (row.reason === 'exit') tally.completion = row.time;
    if (row.reason === 'io') tally.voluntary++;

    const core = row.core === undefined ? undefined : coreTallies[row.core];
    if (core === undefined) continue;
    if (row.reason === 'switch-in' || row.reason === 'dispatch') {
      coreOf.set(row.pid, core);
      if (core.lastPid !== row.pid) {
        contextSwitches++;
        const displaced = core.wasSliceEnd ? processTallies[core.lastPid - 1] : undefined;
        if (displaced !== undefined) displaced.involuntary++;
      }
      core.lastPid = row.pid;
    }
    core.wasSliceEnd = row.reason === 'slice-end';
  }
  processTallies.forEach((tally, index) => settle(index + 1, tally, end));

  const processes = processTallies.map((tally, index) => processResult(index + 1, tally, context));
  const cores = coreTallies.map((tally, index) => coreResult(index, tally, end));
  const completed = processes.filter((process) => process.completion !== undefined);
  return {
    processes,
    metrics: {
      makespan: end,
      utilization: share(sum(cores.map((core) => core.run)), end * context.cores),
      cores,
      throughput: share(completed.length, end),
      meanTurnaround: mean(completed.map((process) => process.turnaround)),
      meanResponse: mean(processes.map((process) => process.response)),
      meanWaiting: mean(completed.map((process) => process.waiting)),
      contextSwitches,
    },
  };
}

function spendingAfter({ reason, to }: Transition): Spending | undefined {
  if (reason === 'switch-in') return 'overhead';
  if (to === 'running') return 'run';
  return to === 'ready' || to === 'blocked' ? to : undefined;
}

function newProcessTally(): ProcessTally {
  return {
    run: 0,
    ready: 0,
    blocked: 0,
    overhead: 0,
    spending: undefined,
    since: 0,
    firstRun: undefined,
    completion: undefined,
    voluntary: 0,
    involuntary: 0,
  };
}

function newCoreTally(): CoreTally {
  return { run: 0, overhead: 0, lastPid: 0, wasSliceEnd: false };
}

function processResult(pid: number, tally: ProcessTally, context: MeasureContext): ProcessResult {
  const { name, arrival } = context.processes[pid - 1] as MeasureContext['processes'][number];
  const { completion, firstRun, run, ready, blocked, overhead } = tally;
  return {
    pid,
    name,
    arrival,
    completion,
    turnaround: completion === undefined ? undefined : completion - arrival,
    response: firstRun === undefined ? undefined : firstRun - arrival,
    waiting: ready,
    run,
    ready,
    blocked,
    overhead,
    voluntarySwitches: tally.voluntary,
    involuntarySwitches: tally.involuntary,
  };
}

function coreResult(core: number, { run, overhead }: CoreTally, end: number): CoreResult {
  return { core, run, overhead, idle: end - run - overhead, utilization: share(run, end) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function mean(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  return share(sum(known), known.length);
}
