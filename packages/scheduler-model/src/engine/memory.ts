// Space multiplexing: processes share physical memory. Who does not fit waits in order; where there is a
// swap device, blocked processes make room, the one that is blocked for longest first, and are brought back
// when they wake. Ready and running ones are never sent out.

import type { Machine } from '../machine.js';
import type { ProcessRecord } from './process-record.js';

/** The memory of a machine. `load` is told of a process that has its room, after so many ticks. */
export class Memory {
  readonly #resident = new Set<ProcessRecord>();
  /** Those of the resident that are blocked, the longest first. */
  readonly #blocked = new Set<ProcessRecord>();
  readonly #swapped = new Set<ProcessRecord>();
  readonly #waiting: ProcessRecord[] = [];
  readonly #swapIn: number | undefined;
  readonly #load: (process: ProcessRecord, ticks: number) => void;
  #free: number;

  constructor(
    { size, swapIn }: NonNullable<Machine['memory']>,
    load: (process: ProcessRecord, ticks: number) => void,
  ) {
    this.#free = size;
    this.#swapIn = swapIn;
    this.#load = load;
  }

  /** Whether a process that arrives or wakes has its room already; otherwise it is loaded when there is. */
  admit(process: ProcessRecord): boolean {
    this.#blocked.delete(process);
    if (this.#resident.has(process)) return true;
    // Who needs nothing need not queue for it.
    if (process.spec.memory === 0) return true;
    if (this.#waiting.length === 0 && !this.#swapped.has(process) && this.#makeRoom(process)) {
      this.#take(process);
      return true;
    }
    this.#waiting.push(process);
    this.#serve();
    return false;
  }

  /** A process waits for something: it may be sent out. */
  block(process: ProcessRecord): void {
    if (!this.#resident.has(process)) return;
    this.#blocked.add(process);
    this.#serve();
  }

  /** A process has ended. */
  release(process: ProcessRecord): void {
    if (this.#resident.delete(process)) this.#free += process.spec.memory;
    this.#serve();
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#makeRoom(next)) return;
      this.#waiting.shift();
      this.#take(next);
      this.#load(next, this.#swapped.delete(next) ? (this.#swapIn ?? 0) : 0);
    }
  }

  #makeRoom(process: ProcessRecord): boolean {
    const { memory } = process.spec;
    if (this.#swapIn === undefined) return memory <= this.#free;
    let reachable = this.#free;
    for (const other of this.#blocked) reachable += other.spec.memory;
    if (memory > reachable) return false;
    for (const other of this.#blocked) {
      if (memory <= this.#free) break;
      this.#blocked.delete(other);
      this.#resident.delete(other);
      this.#swapped.add(other);
      this.#free += other.spec.memory;
    }
    return true;
  }

  #take(process: ProcessRecord): void {
    this.#free -= process.spec.memory;
    this.#resident.add(process);
  }
}
