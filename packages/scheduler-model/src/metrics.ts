// What the trace amounts to. A pure function of it: nothing here knows the policy or the engine, so a
// trace from elsewhere can be measured by the same definitions.
//
// Each tick of a process between arrival and completion is exactly one of run, ready, blocked, overhead:
//   turnaround = run + ready + blocked + overhead

import {
  isStateless,
  REASON_INDEX,
  TRANSITION_REASONS,
  TRANSITIONS,
  type TransitionReason,
} from './process-state.js';
import { mean, percentiles, type Percentiles, share, sum } from './statistics.js';
import { NO_CORE, type Trace, TraceColumns, type TraceSink } from './trace.js';

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
  /** Waiting for a device, a lock, a child or memory. */
  readonly blocked: number;
  /** Ready, with a core switching to it. */
  readonly overhead: number;
  /** Ended, and not yet waited for by its parent. */
  readonly zombie: number;
  /** Times it gave up its core to wait. */
  readonly voluntarySwitches: number;
  /** Times it lost its core, still ready, to another process. */
  readonly involuntarySwitches: number;
  /** Times it got another core than its last. */
  readonly migrations: number;
  /** Mean ticks from the end of a wait, or arrival, until it ran; 0 if it never did. */
  readonly meanWakeupDelay: number;
  /** The tick by which it was to have ended, if there was one. */
  readonly deadline: number | undefined;
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
  /** Over the processes that completed. */
  readonly turnaround: Percentiles;
  /** Over the processes that ran. */
  readonly response: Percentiles;
  /** Over the processes that completed. */
  readonly waiting: Percentiles;
  /** Over all ends of a wait, arrivals included: ticks until the process ran. */
  readonly wakeupDelay: Percentiles;
  /**
   * Times a core took up a process other than the one it last held, its first included: each costs
   * `contextSwitch`. Subtract the cores used for the count of textbooks that leave out the start.
   */
  readonly contextSwitches: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly migrations: number;
  /**
   * Jain's index over how much of the time it wanted a core each process had one: 1 if all alike, 1/n if
   * one had everything.
   *
   * @see R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness" (1984)
   */
  readonly fairness: number;
  /** Processes that ended after their deadline, or have not ended though it is past. */
  readonly deadlineMisses: number;
}

/** What the trace does not say by itself: how many cores there were, and who never arrived. */
export interface MeasureContext {
  readonly cores: number;
  /** By pid, from 1. */
  readonly processes: readonly {
    readonly name: string;
    readonly arrival: number;
    /** Ticks from arrival. */
    readonly deadline?: number | undefined;
  }[];
}

// What a process spends its time on, as indices of a row of times.
const NOTHING = 0;
const RUN = 1;
const READY = 2;
const BLOCKED = 3;
const OVERHEAD = 4;
const ZOMBIE = 5;
const SPENDINGS = 6;
const UNCHANGED = 255;

const spendingAfter = (reason: TransitionReason): number => {
  if (isStateless(reason)) return UNCHANGED;
  if (reason === 'switch-in') return OVERHEAD;
  return { new: NOTHING, ready: READY, running: RUN, blocked: BLOCKED, zombie: ZOMBIE, terminated: NOTHING }[
    TRANSITIONS[reason].to
  ];
};

// What else a row tells, as bits.
const TAKES = 1;
const RUNS = 2;
const PUSHES = 4;
const GIVES_UP = 8;
const ENDS = 16;
const BEGINS = 32;
const WAKES = 64;

const FACTS: Readonly<Partial<Record<TransitionReason, number>>> = {
  'switch-in': TAKES,
  dispatch: TAKES | RUNS,
  'slice-end': PUSHES,
  preempted: PUSHES,
  yield: PUSHES,
  io: GIVES_UP,
  'lock-wait': GIVES_UP,
  wait: GIVES_UP,
  exit: ENDS,
  zombie: ENDS,
  arrival: BEGINS | WAKES,
  fork: BEGINS | WAKES,
  'no-memory': BEGINS,
  'io-done': WAKES,
  'lock-granted': WAKES,
  'child-exit': WAKES,
  'swapped-in': WAKES,
};

const SPENDING_AFTER = Uint8Array.from(TRANSITION_REASONS, spendingAfter);
const FACTS_OF = Uint8Array.from(TRANSITION_REASONS, (reason) => FACTS[reason] ?? 0);

/** Adds rows up as they come: the same whether they are read off a trace or straight from the engine. */
export class Tally implements TraceSink {
  #times = new Float64Array(0);
  #since = new Float64Array(0);
  #spending = new Uint8Array(0);
  #core = new Int16Array(0);
  #begun = new Float64Array(0);
  #firstRun = new Float64Array(0);
  #ended = new Float64Array(0);
  #wokenAt = new Float64Array(0);
  #wakeups = new Float64Array(0);
  #wakeDelay = new Float64Array(0);
  #voluntary = new Int32Array(0);
  #involuntary = new Int32Array(0);
  #migrations = new Int32Array(0);
  #delays = new Float64Array(64);
  #delayCount = 0;
  readonly #coreRun: Float64Array;
  readonly #coreOverhead: Float64Array;
  readonly #coreLast: Int32Array;
  readonly #wasPushed: Uint8Array;
  #switches = 0;
  #end = 0;

  constructor(cores: number, processes: number) {
    this.#coreRun = new Float64Array(cores);
    this.#coreOverhead = new Float64Array(cores);
    this.#coreLast = new Int32Array(cores);
    this.#wasPushed = new Uint8Array(cores);
    this.#grow(processes + 1);
  }

  append(time: number, pid: number, reason: number, core = NO_CORE): void {
    if (pid >= this.#since.length) this.#grow(pid * 2);
    this.#end = time;
    const next = SPENDING_AFTER[reason] as number;
    if (next === UNCHANGED) return;
    this.#settle(pid, time);
    this.#spending[pid] = next;
    const facts = FACTS_OF[reason] as number;
    if ((facts & TAKES) !== 0) {
      this.#take(pid, core);
      if ((facts & RUNS) !== 0) this.#ran(pid, time);
      return;
    }
    if (core !== NO_CORE) this.#wasPushed[core] = facts & PUSHES;
    if ((facts & PUSHES) !== 0) return;
    if ((facts & WAKES) !== 0) this.#wokenAt[pid] = time;
    if ((facts & BEGINS) !== 0) this.#begun[pid] = time;
    if ((facts & ENDS) !== 0) this.#ended[pid] = time;
    if ((facts & GIVES_UP) !== 0) this.#voluntary[pid] = (this.#voluntary[pid] as number) + 1;
  }

  /** The results so far. */
  results(context: MeasureContext): { readonly processes: ProcessResult[]; readonly metrics: RunMetrics } {
    this.#grow(context.processes.length + 1);
    for (let pid = 1; pid <= context.processes.length; pid++) this.#settle(pid, this.#end);
    const processes = context.processes.map((process, index) => this.#process(index + 1, process));
    const end = this.#end;
    const cores = Array.from(this.#coreRun, (run, core): CoreResult => {
      const overhead = this.#coreOverhead[core] as number;
      return { core, run, overhead, idle: end - run - overhead, utilization: share(run, end) };
    });
    const completed = processes.filter(({ completion }) => completion !== undefined);
    const turnarounds = completed.map(({ turnaround }) => turnaround as number);
    const responses = processes.map(({ response }) => response).filter((value) => value !== undefined);
    const waits = completed.map(({ waiting }) => waiting);
    const total = (of: (process: ProcessResult) => number) => sum(processes.map(of));
    return {
      processes,
      metrics: {
        makespan: end,
        utilization: share(sum(cores.map(({ run }) => run)), end * context.cores),
        cores,
        throughput: share(completed.length, end),
        meanTurnaround: mean(turnarounds),
        meanResponse: mean(responses),
        meanWaiting: mean(waits),
        turnaround: percentiles(turnarounds),
        response: percentiles(responses),
        waiting: percentiles(waits),
        wakeupDelay: percentiles(this.#delays.subarray(0, this.#delayCount)),
        contextSwitches: this.#switches,
        voluntarySwitches: total((process) => process.voluntarySwitches),
        involuntarySwitches: total((process) => process.involuntarySwitches),
        migrations: total((process) => process.migrations),
        fairness: jain(processes),
        deadlineMisses: processes.filter(
          ({ deadline, completion }) => deadline !== undefined && (completion ?? end) > deadline,
        ).length,
      },
    };
  }

  #settle(pid: number, time: number): void {
    const spending = this.#spending[pid] as number;
    const spent = time - (this.#since[pid] as number);
    this.#since[pid] = time;
    if (spent === 0 || spending === NOTHING) return;
    const cell = pid * SPENDINGS + spending;
    this.#times[cell] = (this.#times[cell] as number) + spent;
    if (spending === RUN || spending === OVERHEAD) {
      const of = spending === RUN ? this.#coreRun : this.#coreOverhead;
      const core = this.#core[pid] as number;
      of[core] = (of[core] as number) + spent;
    }
  }

  #take(pid: number, core: number): void {
    const last = this.#core[pid] as number;
    if (last !== core) {
      if (last !== NO_CORE) this.#migrations[pid] = (this.#migrations[pid] as number) + 1;
      this.#core[pid] = core;
    }
    const displaced = this.#coreLast[core] as number;
    if (displaced !== pid) {
      this.#switches++;
      if (this.#wasPushed[core] !== 0)
        this.#involuntary[displaced] = (this.#involuntary[displaced] as number) + 1;
      this.#coreLast[core] = pid;
    }
    this.#wasPushed[core] = 0;
  }

  #ran(pid: number, time: number): void {
    if ((this.#firstRun[pid] as number) === -1) this.#firstRun[pid] = time;
    const woken = this.#wokenAt[pid] as number;
    if (woken === -1) return;
    this.#wokenAt[pid] = -1;
    this.#wakeups[pid] = (this.#wakeups[pid] as number) + 1;
    this.#wakeDelay[pid] = (this.#wakeDelay[pid] as number) + time - woken;
    if (this.#delayCount === this.#delays.length) this.#delays = resized(this.#delays, this.#delayCount * 2);
    this.#delays[this.#delayCount++] = time - woken;
  }

  #process(pid: number, { name, arrival, deadline }: MeasureContext['processes'][number]): ProcessResult {
    const at = (spending: number) => this.#times[pid * SPENDINGS + spending] as number;
    const known = (value: number | undefined) => (value === -1 ? undefined : value);
    const begun = known(this.#begun[pid]) ?? arrival;
    const completion = known(this.#ended[pid]);
    const firstRun = known(this.#firstRun[pid]);
    return {
      pid,
      name,
      arrival: begun,
      completion,
      turnaround: completion === undefined ? undefined : completion - begun,
      response: firstRun === undefined ? undefined : firstRun - begun,
      waiting: at(READY),
      run: at(RUN),
      ready: at(READY),
      blocked: at(BLOCKED),
      overhead: at(OVERHEAD),
      zombie: at(ZOMBIE),
      voluntarySwitches: this.#voluntary[pid] as number,
      involuntarySwitches: this.#involuntary[pid] as number,
      migrations: this.#migrations[pid] as number,
      meanWakeupDelay: share(this.#wakeDelay[pid] as number, this.#wakeups[pid] as number),
      deadline: deadline === undefined ? undefined : begun + deadline,
    };
  }

  #grow(capacity: number): void {
    const from = this.#since.length;
    if (capacity <= from) return;
    this.#times = resized(this.#times, capacity * SPENDINGS);
    this.#since = resized(this.#since, capacity);
    this.#spending = resized(this.#spending, capacity);
    this.#core = resized(this.#core, capacity).fill(NO_CORE, from);
    this.#begun = resized(this.#begun, capacity).fill(-1, from);
    this.#firstRun = resized(this.#firstRun, capacity).fill(-1, from);
    this.#ended = resized(this.#ended, capacity).fill(-1, from);
    this.#wokenAt = resized(this.#wokenAt, capacity).fill(-1, from);
    this.#wakeups = resized(this.#wakeups, capacity);
    this.#wakeDelay = resized(this.#wakeDelay, capacity);
    this.#voluntary = resized(this.#voluntary, capacity);
    this.#involuntary = resized(this.#involuntary, capacity);
    this.#migrations = resized(this.#migrations, capacity);
  }
}

type Column =
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

function resized<T extends Column>(column: T, capacity: number): T {
  const grown = new (column.constructor as new (length: number) => T)(capacity);
  grown.set(column);
  return grown;
}

/** Reads processes' and cores' results off a trace. */
export function measure(
  trace: Trace,
  context: MeasureContext,
): { readonly processes: ProcessResult[]; readonly metrics: RunMetrics } {
  const tally = new Tally(context.cores, context.processes.length);
  if (trace instanceof TraceColumns) trace.replay(tally);
  else for (const { time, pid, core, reason } of trace) tally.append(time, pid, REASON_INDEX[reason], core);
  return tally.results(context);
}

function jain(processes: readonly ProcessResult[]): number {
  const shares = processes
    .filter(({ run, ready, overhead }) => run + ready + overhead > 0)
    .map(({ run, ready, overhead }) => run / (run + ready + overhead));
  const squares = sum(shares.map((value) => value * value));
  return share(sum(shares) ** 2, shares.length * squares);
}
