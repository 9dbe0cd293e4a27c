/**
 * What the processes of a storm share beside the primitive: who is inside, which grants were seen, when.
 *
 * Everything is written so that a process may be killed between any two lines of it.
 */
import { SharedMemory } from 'ipc-lock';

export const MOST_INCARNATIONS = 2048;
export const MOST_TOKENS = 2 ** 23;
export const MOST_EVENTS = 2 ** 16;

const HEAD = 256;
const TOKENS_AT = HEAD;
const BUSY_AT = TOKENS_AT + MOST_TOKENS;
const INSIDE_AT = BUSY_AT + MOST_INCARNATIONS;
const EVENTS_AT = INSIDE_AT + MOST_INCARNATIONS;
const SIZE = EVENTS_AT + MOST_EVENTS * 4 * 8;

/** How far a grant got, as its holder wrote it down. */
export const GRANT = { unseen: 0, seen: 1, releasing: 2, released: 3 };

/** Kinds of events; each has three numbers. */
export const EVENT = {
  /** token of the dead, its pid, when that was told */
  told: 1,
  /** milliseconds from, milliseconds to, incarnation: nobody got it in between */
  gap: 2,
  /** incarnation, and two numbers that say what it saw */
  wrong: 3,
  /** incarnation that was inside, incarnation that found it there, when */
  found: 4,
};

/** Gaps from this length on are written down, in milliseconds. */
const GAP_MS = 1;

/** Milliseconds of a clock that all processes share. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

export class Stage {
  constructor(memory = new SharedMemory(SIZE)) {
    this.memory = memory;
    this.words = new Int32Array(memory.buffer, 0, HEAD / 4);
    this.numbers = new Float64Array(memory.buffer, 0, HEAD / 8);
    this.tokens = new Uint8Array(memory.buffer, TOKENS_AT, MOST_TOKENS);
    /** By incarnation: 1 once it got it. */
    this.busy = new Uint8Array(memory.buffer, BUSY_AT, MOST_INCARNATIONS);
    /** By incarnation: its mark while it is inside. */
    this.inside = new Uint8Array(memory.buffer, INSIDE_AT, MOST_INCARNATIONS);
    this.events = new Float64Array(memory.buffer, EVENTS_AT, MOST_EVENTS * 4);
  }

  get rounds() {
    return Atomics.load(this.words, 2);
  }

  /** First token of all; what tokens are counted from. */
  get origin() {
    return this.numbers[4];
  }

  set origin(token) {
    this.numbers[4] = token;
  }

  note(kind, a, b, c) {
    const at = Atomics.add(this.words, 1, 1);
    if (at >= MOST_EVENTS) return;
    this.events.set([0, a, b, c], at * 4);
    // Last: an event without a kind was cut off.
    this.events[at * 4] = kind;
  }

  /** What makes the rest worthless. */
  judge() {
    const events = Atomics.load(this.words, 1);
    return events > MOST_EVENTS ? [`${events} events: more than there is room for`] : [];
  }

  *written() {
    const count = Math.min(Atomics.load(this.words, 1), MOST_EVENTS);
    for (let at = 0; at < count; at++) {
      const [kind, a, b, c] = this.events.subarray(at * 4, at * 4 + 4);
      if (kind !== 0) yield { kind, a, b, c };
    }
  }

  /** Somebody got it: how long did nobody? */
  beat(incarnation) {
    const time = now();
    const last = this.numbers[5];
    this.numbers[5] = time;
    if (last !== 0 && time - last > GAP_MS) this.note(EVENT.gap, last, time, incarnation);
    this.busy[incarnation] = 1;
    Atomics.add(this.words, 2, 1);
  }

  /**
   * Goes inside, together with others whose marks are let through. Every one that should not be there is noted: it
   * must have been dead by then.
   *
   * @param mark - 1 to 255: as what it is inside
   * @param isLetThrough - marks of those that may be inside with it
   * @param most - how many of the others, and it, may be inside together
   */
  enter(incarnation, mark = 1, isLetThrough = () => false, most = 1) {
    this.inside[incarnation] = mark;
    const others = [];
    for (let other = 0; other < this.inside.length; other++) {
      const found = this.inside[other];
      if (found !== 0 && other !== incarnation && !isLetThrough(found)) others.push(other);
    }
    if (others.length < most) return;
    const time = now();
    for (const other of others) {
      if (this.inside[other] !== 0) this.note(EVENT.found, other, incarnation, time);
    }
  }

  leave(incarnation) {
    this.inside[incarnation] = 0;
  }
}
