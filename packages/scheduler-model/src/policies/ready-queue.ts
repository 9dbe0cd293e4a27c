// Processes in the order in which they became ready: a doubly linked list over pids, so that adding at
// either end and taking out anyone are O(1).

import type { ProcessView } from './policy.js';

interface Node {
  readonly process: ProcessView;
  before: Node;
  after: Node;
}

/** A queue one can also look through and take from the middle of. */
export class ReadyQueue implements Iterable<ProcessView> {
  /** Stands before the first and after the last. */
  readonly #ring: Node;
  readonly #nodes: (Node | undefined)[] = [];
  #length = 0;

  constructor() {
    const ring = { process: undefined, before: undefined, after: undefined } as unknown as Node;
    ring.before = ring;
    ring.after = ring;
    this.#ring = ring;
  }

  get length(): number {
    return this.#length;
  }

  /** The one at the head. */
  get first(): ProcessView | undefined {
    return this.#length === 0 ? undefined : this.#ring.after.process;
  }

  /** The first that may run on a core. */
  firstOn(core: number): ProcessView | undefined {
    for (let node = this.#ring.after; node !== this.#ring; node = node.after) {
      if (node.process.mayRunOn(core)) return node.process;
    }
    return undefined;
  }

  has(process: ProcessView): boolean {
    const node = this.#nodes[process.pid];
    return node !== undefined && node.before !== node;
  }

  /** Adds at the tail. */
  add(process: ProcessView): void {
    this.#insert(process, this.#ring.before);
  }

  /** Adds at the head. */
  addFirst(process: ProcessView): void {
    this.#insert(process, this.#ring);
  }

  /** Takes out a process wherever it stands; nothing happens if it is not there. */
  remove(process: ProcessView): void {
    const node = this.#nodes[process.pid];
    if (node === undefined || node.before === node) return;
    node.before.after = node.after;
    node.after.before = node.before;
    node.before = node;
    node.after = node;
    this.#length--;
  }

  *[Symbol.iterator](): Iterator<ProcessView> {
    for (let node = this.#ring.after; node !== this.#ring; node = node.after) yield node.process;
  }

  #insert(process: ProcessView, before: Node): void {
    // A process comes and goes often: its node is made once. One that is out points to itself.
    let node = this.#nodes[process.pid];
    if (node === undefined) {
      node = { process, before, after: before.after };
      this.#nodes[process.pid] = node;
    } else {
      if (node.before !== node) this.remove(process);
      node.before = before;
      node.after = before.after;
    }
    node.after.before = node;
    before.after = node;
    this.#length++;
  }
}
