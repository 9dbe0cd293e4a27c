// What happens next. A binary heap ordered by (time, class, sequence): the sequence is the order of
// insertion, so that no two events compare equal and the order never depends on the heap's shape. Kept as
// columns of numbers: an object an event would cost more than all the rest of handling it.

/** What can happen at a moment. After all that happens at one, free cores are given work. */
export type EventClass =
  | 'switch-done'
  | 'cache-warm'
  | 'burst-end'
  | 'slice-end'
  | 'timer'
  | 'policy-timer'
  | 'arrival'
  | 'io-done'
  | 'balance';

/** Who goes first when a slice ends at the very tick at which another process becomes ready. */
export type Simultaneous = 'requeue-first' | 'arrivals-first';

/**
 * The order in which events of one and the same tick are handled, by rule. Textbooks differ in it:
 * OSTEP's simulators put the process whose slice ended back before they look at arrivals, most worked
 * examples of round robin admit the arrival first.
 */
export const EVENT_ORDER: Readonly<Record<Simultaneous, readonly EventClass[]>> = {
  'requeue-first': [
    'switch-done',
    'cache-warm',
    'burst-end',
    'slice-end',
    'timer',
    'policy-timer',
    'arrival',
    'io-done',
    'balance',
  ],
  'arrivals-first': [
    'switch-done',
    'cache-warm',
    'burst-end',
    'policy-timer',
    'arrival',
    'io-done',
    'slice-end',
    'timer',
    'balance',
  ],
};

/** The classes as the queue holds them: as numbers. */
export const EVENT = {
  switchDone: 0,
  cacheWarm: 1,
  burstEnd: 2,
  sliceEnd: 3,
  timer: 4,
  policyTimer: 5,
  arrival: 6,
  ioDone: 7,
  balance: 8,
} as const;

/** By number. */
export const EVENT_CLASSES: readonly EventClass[] = EVENT_ORDER['requeue-first'];

/** Room for the sequence beside the rank in one exact number. */
const RANK_STEP = 2 ** 48;
const FIRST_CAPACITY = 64;

/** A priority queue of events. Adding and taking cost O(log n). */
export class EventQueue {
  #time = new Float64Array(FIRST_CAPACITY);
  /** Rank and sequence as one number: comparing it compares both. */
  #order = new Float64Array(FIRST_CAPACITY);
  #subject = new Int32Array(FIRST_CAPACITY);
  #stamp = new Int32Array(FIRST_CAPACITY);
  #length = 0;
  #sequence = 0;
  /** The class of each rank, and the rank of each class, shifted to stand before the sequence. */
  readonly #classes: Uint8Array;
  readonly #rank = new Float64Array(EVENT_CLASSES.length);

  /** Of the event last taken: when, what, to whom (a pid or a core) and the stamp it was added with. */
  time = 0;
  class = 0;
  subject = 0;
  stamp = 0;

  constructor(simultaneous: Simultaneous) {
    this.#classes = Uint8Array.from(EVENT_ORDER[simultaneous], (name) => EVENT_CLASSES.indexOf(name));
    for (const [rank, eventClass] of this.#classes.entries()) this.#rank[eventClass] = rank * RANK_STEP;
  }

  get length(): number {
    return this.#length;
  }

  /** The time of the next event, or Infinity if there is none. */
  get nextTime(): number {
    return this.#length === 0 ? Infinity : (this.#time[0] as number);
  }

  /** Adds an event. */
  push(time: number, eventClass: number, subject: number, stamp = 0): void {
    if (this.#length === this.#time.length) this.#grow();
    this.#rise(this.#length++, time, (this.#rank[eventClass] as number) + this.#sequence++, subject, stamp);
  }

  /** Takes out the next event and shows it in `time`, `class`, `subject`, `stamp`; false if there is none. */
  pop(): boolean {
    if (this.#length === 0) return false;
    this.time = this.#time[0] as number;
    this.class = this.#classes[Math.floor((this.#order[0] as number) / RANK_STEP)] as number;
    this.subject = this.#subject[0] as number;
    this.stamp = this.#stamp[0] as number;
    const last = --this.#length;
    if (last > 0) this.#sink(last);
    return true;
  }

  #rise(from: number, time: number, order: number, subject: number, stamp: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#time[parent] as number;
      if (above < time || (above === time && (this.#order[parent] as number) < order)) break;
      this.#copy(parent, index);
      index = parent;
    }
    this.#time[index] = time;
    this.#order[index] = order;
    this.#subject[index] = subject;
    this.#stamp[index] = stamp;
  }

  /** Puts the entry at `last`, which no longer belongs to the heap, in from the top. */
  #sink(last: number): void {
    const time = this.#time[last] as number;
    const order = this.#order[last] as number;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(child + 1, child)) child++;
      const below = this.#time[child] as number;
      if (time < below || (time === below && order < (this.#order[child] as number))) break;
      this.#copy(child, index);
      index = child;
    }
    this.#copy(last, index);
  }

  #isBefore(a: number, b: number): boolean {
    const [timeA, timeB] = [this.#time[a] as number, this.#time[b] as number];
    return timeA < timeB || (timeA === timeB && (this.#order[a] as number) < (this.#order[b] as number));
  }

  #copy(from: number, to: number): void {
    this.#time[to] = this.#time[from] as number;
    this.#order[to] = this.#order[from] as number;
    this.#subject[to] = this.#subject[from] as number;
    this.#stamp[to] = this.#stamp[from] as number;
  }

  #grow(): void {
    const capacity = this.#time.length * 2;
    const grown = <T extends Float64Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#time = grown(new Float64Array(capacity), this.#time);
    this.#order = grown(new Float64Array(capacity), this.#order);
    this.#subject = grown(new Int32Array(capacity), this.#subject);
    this.#stamp = grown(new Int32Array(capacity), this.#stamp);
  }
}
