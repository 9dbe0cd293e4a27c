// Processes in the order in which they became ready. Taking out the head, the common case, is O(1).

import type { ProcessView } from './policy.js';

/** Enough dead entries before the head to make moving the rest worth it. */
const COMPACT_AT = 64;

/** A queue one can also look through and take from the middle of. */
export class ReadyQueue implements Iterable<ProcessView> {
  #items: ProcessView[] = [];
  #head = 0;

  /** The one that has been ready longest. */
  get first(): ProcessView | undefined {
    return this.#items[this.#head];
  }

  /** Adds at the tail. */
  add(process: ProcessView): void {
    this.#items.push(process);
  }

  /** Takes out a process wherever it stands; nothing happens if it is not there. */
  remove(process: ProcessView): void {
    const index = this.#items.indexOf(process, this.#head);
    if (index === -1) return;
    if (index !== this.#head) {
      this.#items.splice(index, 1);
      return;
    }
    this.#head++;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  *[Symbol.iterator](): Iterator<ProcessView> {
    for (let index = this.#head; index < this.#items.length; index++) yield this.#items[index] as ProcessView;
  }
}
