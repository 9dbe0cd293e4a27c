// Locks: who holds which, who waits, and whose urgency a holder inherits. A lock that is given up goes to
// the next waiter at once, so that nobody can take it in between.

import type { ProcessRecord } from './process-record.js';

interface Lock {
  readonly name: string;
  owner: ProcessRecord;
  readonly waiting: ProcessRecord[];
}

/** What the engine must do when the urgency of processes counts. */
export interface Inheritance {
  /** Whether the first is more urgent than the second, by the policy. */
  outranks(a: ProcessRecord, b: ProcessRecord): boolean;
  /** A process counts for another from now on, or for itself again. */
  setDonor(process: ProcessRecord, donor: ProcessRecord | undefined): void;
}

/** The locks of a run. */
export class Locks {
  readonly #locks = new Map<string, Lock>();
  readonly #held = new Map<ProcessRecord, Lock[]>();
  readonly #waitsFor = new Map<ProcessRecord, Lock>();
  readonly #inheritance: Inheritance | undefined;

  /** @param inheritance - left out if holders keep their own urgency */
  constructor(inheritance?: Inheritance) {
    this.#inheritance = inheritance;
  }

  /** Takes the lock for a process, or puts it among the waiters and answers false. */
  acquire(process: ProcessRecord, name: string): boolean {
    const lock = this.#locks.get(name);
    if (lock === undefined) {
      const taken = { name, owner: process, waiting: [] };
      this.#locks.set(name, taken);
      this.#heldBy(process).push(taken);
      return true;
    }
    lock.waiting.push(process);
    this.#waitsFor.set(process, lock);
    if (this.#inheritance !== undefined) this.#lend(process, lock, this.#inheritance);
    return false;
  }

  /** Gives a lock up; answers who has it now, to be woken. */
  release(process: ProcessRecord, name: string): ProcessRecord | undefined {
    const lock = this.#locks.get(name);
    const held = this.#heldBy(process);
    if (lock === undefined || lock.owner !== process) return undefined;
    held.splice(held.indexOf(lock), 1);
    const next = this.#takeNext(lock);
    if (next === undefined) this.#locks.delete(name);
    else {
      lock.owner = next;
      this.#waitsFor.delete(next);
      this.#heldBy(next).push(lock);
    }
    if (this.#inheritance !== undefined) {
      this.#reconsider(process, this.#inheritance);
      if (next !== undefined) this.#reconsider(next, this.#inheritance);
    }
    return next;
  }

  /** Gives up all that an exiting process holds; answers who is to be woken. */
  releaseAll(process: ProcessRecord): ProcessRecord[] {
    const woken: ProcessRecord[] = [];
    const held = this.#held.get(process) ?? [];
    for (let lock = held[0]; lock !== undefined; lock = held[0]) {
      const next = this.release(process, lock.name);
      if (next !== undefined) woken.push(next);
    }
    this.#held.delete(process);
    return woken;
  }

  /** What a blocked process waits for and who has it. */
  waitOf(process: ProcessRecord): { readonly lock: string; readonly owner: ProcessRecord } | undefined {
    const lock = this.#waitsFor.get(process);
    return lock && { lock: lock.name, owner: lock.owner };
  }

  #heldBy(process: ProcessRecord): Lock[] {
    let held = this.#held.get(process);
    if (held === undefined) {
      held = [];
      this.#held.set(process, held);
    }
    return held;
  }

  /** The first who came; where urgency counts, the first of the most urgent. */
  #takeNext(lock: Lock): ProcessRecord | undefined {
    const inheritance = this.#inheritance;
    if (inheritance === undefined) return lock.waiting.shift();
    let best = 0;
    lock.waiting.forEach((waiter, index) => {
      if (inheritance.outranks(waiter, lock.waiting[best] as ProcessRecord)) best = index;
    });
    return lock.waiting.splice(best, 1)[0];
  }

  /** Along the chain of holders who wait themselves, until one is urgent enough. */
  #lend(waiter: ProcessRecord, first: Lock, inheritance: Inheritance): void {
    const donor = waiter.donor ?? waiter;
    for (let lock: Lock | undefined = first; lock !== undefined; lock = this.#waitsFor.get(lock.owner)) {
      if (!inheritance.outranks(donor, lock.owner)) return;
      inheritance.setDonor(lock.owner, donor);
    }
  }

  #reconsider(process: ProcessRecord, inheritance: Inheritance): void {
    inheritance.setDonor(process, undefined);
    for (const lock of this.#heldBy(process)) {
      for (const waiter of lock.waiting) {
        if (inheritance.outranks(waiter, process)) inheritance.setDonor(process, waiter.donor ?? waiter);
      }
    }
  }
}
