// Processes by a number, the smallest first, of equals the one added earlier: a binary heap that knows
// where each pid stands, so that taking out anyone is O(log n).

import type { ProcessView } from './policy.js';

interface Entry {
  readonly process: ProcessView;
  key: number;
  sequence: number;
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.key < b.key || (a.key === b.key && a.sequence < b.sequence);

/** A priority queue of ready processes. */
export class ReadyHeap {
  readonly #heap: Entry[] = [];
  /** By pid: one more than its index in the heap, 0 or undefined if it is not there. */
  readonly #place: (number | undefined)[] = [];
  #sequence = 0;
  #firstSequence = 0;

  get length(): number {
    return this.#heap.length;
  }

  get first(): ProcessView | undefined {
    return this.#heap[0]?.process;
  }

  /** The key of the first, or Infinity. */
  get firstKey(): number {
    return this.#heap[0]?.key ?? Infinity;
  }

  /** The first that may run on a core; looks at all of them only if the very first may not. */
  firstOn(core: number): ProcessView | undefined {
    const top = this.#heap[0];
    if (top === undefined || top.process.mayRunOn(core)) return top?.process;
    let best: Entry | undefined;
    for (const entry of this.#heap) {
      if (entry.process.mayRunOn(core) && (best === undefined || isBefore(entry, best))) best = entry;
    }
    return best?.process;
  }

  has(process: ProcessView): boolean {
    return (this.#place[process.pid] ?? 0) !== 0;
  }

  /** Adds a process behind those of the same key, or before them. */
  add(process: ProcessView, key: number, beforeEquals = false): void {
    this.remove(process);
    const sequence = beforeEquals ? --this.#firstSequence : ++this.#sequence;
    this.#heap.push({ process, key, sequence });
    this.#rise(this.#heap.length - 1);
  }

  /** Takes out a process; nothing happens if it is not there. */
  remove(process: ProcessView): void {
    const index = (this.#place[process.pid] ?? 0) - 1;
    if (index < 0) return;
    this.#place[process.pid] = 0;
    const last = this.#heap.pop() as Entry;
    if (index === this.#heap.length) return;
    this.#put(last, index);
    this.#rise(index);
    this.#sink((this.#place[last.process.pid] as number) - 1);
  }

  #put(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    this.#place[entry.process.pid] = index + 1;
  }

  #rise(from: number): void {
    const entry = this.#heap[from] as Entry;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      this.#put(above, index);
      index = parent;
    }
    this.#put(entry, index);
  }

  #sink(from: number): void {
    const entry = this.#heap[from] as Entry;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      const right = this.#heap[child + 1];
      if (right !== undefined && isBefore(right, this.#heap[child] as Entry)) child++;
      const below = this.#heap[child];
      if (below === undefined || !isBefore(below, entry)) break;
      this.#put(below, index);
      index = child;
    }
    this.#put(entry, index);
  }
}
