// The record of a run: append-only rows, kept as columns of numbers, since an object a row would cost
// more than the simulation itself. Everything a run reports is computed from these rows.

import {
  type ProcessState,
  TRANSITION_REASONS,
  TRANSITIONS,
  type TransitionReason,
} from './process-state.js';

/** One row of a trace. */
export interface Transition {
  /** Ticks. */
  readonly time: number;
  /** Which process: 1 for the first of the workload; forked ones are counted on from the last. */
  readonly pid: number;
  /** The core taken, used or left, numbered from 0; undefined where none has part in it. */
  readonly core: number | undefined;
  readonly from: ProcessState;
  readonly to: ProcessState;
  readonly reason: TransitionReason;
}

/**
 * How much of a run is kept: every row; only those that say who had which core when; or nothing, when the
 * results are all that is asked for.
 */
export type TraceLevel = 'none' | 'slices' | 'full';

/** What happened in a run, in order: times never fall. */
export interface Trace extends Iterable<Transition> {
  /** Number of rows. */
  readonly length: number;
  /** Row `index`, counted from 0, or undefined past the end. */
  at(index: number): Transition | undefined;
  /** The rows as plain objects, for `JSON.stringify`. */
  toJSON(): Transition[];
}

/** What takes rows as they happen; `reason` is the index in `TRANSITION_REASONS`. */
export interface TraceSink {
  append(time: number, pid: number, reason: number, core?: number): void;
}

const FIRST_CAPACITY = 256;
export const NO_CORE = -1;

/** The trace as the engine writes it. States are not stored: the reason implies them. */
export class TraceColumns implements Trace, TraceSink {
  #time = new Float64Array(FIRST_CAPACITY);
  #pid = new Int32Array(FIRST_CAPACITY);
  #core = new Int16Array(FIRST_CAPACITY);
  #reason = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a row; the caller sees to it that time does not fall. */
  append(time: number, pid: number, reason: number, core = NO_CORE): void {
    if (this.#length === this.#time.length) this.#grow();
    const row = this.#length++;
    this.#time[row] = time;
    this.#pid[row] = pid;
    this.#core[row] = core;
    this.#reason[row] = reason;
  }

  at(index: number): Transition | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#length) return undefined;
    const core = this.#core[index] as number;
    const reason = TRANSITION_REASONS[this.#reason[index] as number] as TransitionReason;
    const { from, to } = TRANSITIONS[reason];
    return {
      time: this.#time[index] as number,
      pid: this.#pid[index] as number,
      core: core === NO_CORE ? undefined : core,
      from,
      to,
      reason,
    };
  }

  /** Hands the rows on, without making an object of each. */
  replay(sink: TraceSink): void {
    for (let row = 0; row < this.#length; row++) {
      sink.append(
        this.#time[row] as number,
        this.#pid[row] as number,
        this.#reason[row] as number,
        this.#core[row],
      );
    }
  }

  *[Symbol.iterator](): Iterator<Transition> {
    for (let row = 0; row < this.#length; row++) yield this.at(row) as Transition;
  }

  toJSON(): Transition[] {
    return [...this];
  }

  #grow(): void {
    const capacity = this.#time.length * 2;
    const copy = <T extends Float64Array | Int32Array | Int16Array | Uint8Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#time = copy(new Float64Array(capacity), this.#time);
    this.#pid = copy(new Int32Array(capacity), this.#pid);
    this.#core = copy(new Int16Array(capacity), this.#core);
    this.#reason = copy(new Uint8Array(capacity), this.#reason);
  }
}
