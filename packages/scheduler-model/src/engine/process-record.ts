// One process as the engine keeps it: how far it is in its script. Policies get the view, which they
// can read but not change.

import type { ProcessView } from '../policies/policy.js';
import type { ProcessState } from '../process-state.js';
import type { ResolvedOperation, ResolvedProcess } from '../workload.js';

/** The time of a run, shared by all that must know it. */
export interface Clock {
  now: number;
}

/** The engine's record of a process. */
export class ProcessRecord {
  readonly pid: number;
  readonly spec: ResolvedProcess;
  readonly arrival: number;
  readonly view: ProcessView;
  state: ProcessState = 'new';
  /** Work until the operation that ends this burst, in ticks of a core of speed 1, as of `settledAt`. */
  remaining = 0;
  /** Ticks it had a core, as of `settledAt`. */
  ran = 0;
  settledAt = 0;
  /** Work a tick while it runs, else 0. */
  rate = 0;
  /** Whether a core has it or is switching to it. */
  isPicked = false;
  /** Whether it waited since it was last dispatched. */
  hasWoken = false;
  /** What is left of its slice, where that is carried over. */
  sliceLeft = 0;
  /** The core it has or last had, or -1. */
  lastCore = -1;
  /** Which queue it is in, or goes back to. */
  queue = 0;
  /** Whose priority, deadline and period count for it, while it holds a lock against them. */
  donor: ProcessRecord | undefined;
  parent: ProcessRecord | undefined;
  /** What the policy keeps about it. */
  data: unknown;
  #next = 0;

  constructor(pid: number, spec: ResolvedProcess, arrival: number, clock: Clock) {
    this.pid = pid;
    this.spec = spec;
    this.arrival = arrival;
    this.view = new View(this, clock);
  }

  /** Takes up the next burst: all computing up to the next operation of another kind, maybe none. */
  beginBurst(): void {
    this.remaining = 0;
    const { script } = this.spec;
    for (let step = script[this.#next]; step?.kind === 'cpu'; step = script[++this.#next]) {
      this.remaining += step.ticks;
    }
  }

  /** The operation that ends the burst, or undefined at the end of the script. */
  takeOperation(): ResolvedOperation | undefined {
    return this.spec.script[this.#next++];
  }

  /** Brings `ran` and `remaining` up to now. */
  settle(now: number): void {
    const elapsed = now - this.settledAt;
    this.settledAt = now;
    this.ran += elapsed;
    this.remaining = Math.max(0, this.remaining - elapsed * this.rate);
  }
}

class View implements ProcessView {
  readonly pid: number;
  readonly name: string;
  readonly arrival: number;
  readonly #record: ProcessRecord;
  readonly #clock: Clock;

  constructor(record: ProcessRecord, clock: Clock) {
    this.pid = record.pid;
    this.name = record.spec.name;
    this.arrival = record.arrival;
    this.#record = record;
    this.#clock = clock;
    Object.freeze(this);
  }

  get remainingBurst(): number {
    const { remaining, settledAt, rate } = this.#record;
    return rate === 0 ? remaining : Math.max(0, remaining - (this.#clock.now - settledAt) * rate);
  }

  get ran(): number {
    const { ran, settledAt, rate } = this.#record;
    return rate === 0 ? ran : ran + this.#clock.now - settledAt;
  }

  get priority(): number {
    return (this.#record.donor ?? this.#record).spec.priority;
  }

  get nice(): number {
    return this.#record.spec.nice;
  }

  get tickets(): number {
    return this.#record.spec.tickets;
  }

  get deadline(): number {
    const { spec, arrival } = this.#record.donor ?? this.#record;
    return spec.deadline === undefined ? Infinity : arrival + spec.deadline;
  }

  get period(): number {
    return (this.#record.donor ?? this.#record).spec.period ?? Infinity;
  }

  get core(): number | undefined {
    return this.#record.lastCore === -1 ? undefined : this.#record.lastCore;
  }

  get data(): unknown {
    return this.#record.data;
  }

  set data(value: unknown) {
    this.#record.data = value;
  }

  mayRunOn(core: number): boolean {
    const { affinity } = this.#record.spec;
    return affinity === undefined || affinity.includes(core);
  }
}
