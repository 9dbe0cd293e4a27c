// What happens next. A binary heap ordered by (time, class, sequence): the sequence is the order of
// insertion, so that no two events compare equal and the order never depends on the heap's shape.

/** What can happen at a moment. After all that happens at one, free cores are given work. */
export type EventClass = 'switch-done' | 'burst-end' | 'slice-end' | 'arrival' | 'io-done';

/** Who goes first when a slice ends at the very tick at which another process becomes ready. */
export type Simultaneous = 'requeue-first' | 'arrivals-first';

/**
 * The order in which events of one and the same tick are handled, by rule. Textbooks differ in it:
 * OSTEP's simulators put the process whose slice ended back before they look at arrivals, most worked
 * examples of round robin admit the arrival first.
 */
export const EVENT_ORDER: Readonly<Record<Simultaneous, readonly EventClass[]>> = {
  'requeue-first': ['switch-done', 'burst-end', 'slice-end', 'arrival', 'io-done'],
  'arrivals-first': ['switch-done', 'burst-end', 'arrival', 'io-done', 'slice-end'],
};

/** Something that will happen. */
export interface SimulationEvent {
  readonly time: number;
  readonly class: EventClass;
  readonly pid: number;
  /** The core it happens on, or -1. */
  readonly core: number;
}

interface Entry extends SimulationEvent {
  readonly rank: number;
  readonly sequence: number;
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.sequence < b.sequence;
}

/** A priority queue of events. Adding and taking cost O(log n). */
export class EventQueue {
  readonly #heap: Entry[] = [];
  readonly #rank: ReadonlyMap<EventClass, number>;
  #sequence = 0;

  constructor(simultaneous: Simultaneous) {
    this.#rank = new Map(EVENT_ORDER[simultaneous].map((name, rank) => [name, rank]));
  }

  /** The time of the next event, or undefined if there is none. */
  get nextTime(): number | undefined {
    return this.#heap[0]?.time;
  }

  /** Adds an event. */
  push(time: number, eventClass: EventClass, pid: number, core = -1): void {
    const rank = this.#rank.get(eventClass) ?? 0;
    const entry: Entry = { time, class: eventClass, pid, core, rank, sequence: this.#sequence++ };
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Takes out the next event. */
  pop(): SimulationEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const isRightNext = right < heap.length && isBefore(heap[right] as Entry, heap[left] as Entry);
      const child = isRightNext ? right : left;
      const below = heap[child] as Entry;
      if (!isBefore(below, entry)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = entry;
  }
}
