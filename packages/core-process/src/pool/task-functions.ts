/** The functions that a pool has been given: a number for each in its messages, and how long they take. */
import { referenceOf, type TargetReference } from '../target/reference.js';
import type { PoolFunction } from './pool-options.js';

/** Forgets a long run slowly, so that one in some hundred calls is enough to be known for it. */
const FORGET = 0.99;

/** So many calls make an estimate. */
const ENOUGH_CALLS = 16;

export class TaskFunction {
  readonly index: number;
  readonly reference: TargetReference;
  #longest = 0;
  #calls = 0;

  constructor(index: number, reference: TargetReference) {
    this.index = index;
    this.reference = reference;
  }

  /** The longest run of late, in milliseconds; Infinity while too little is known. */
  get longest(): number {
    return this.#calls < ENOUGH_CALLS ? Infinity : this.#longest;
  }

  took(milliseconds: number): void {
    this.#calls++;
    this.#longest = Math.max(milliseconds, this.#longest * FORGET);
  }
}

export class TaskFunctions {
  readonly #byFunction = new WeakMap<object, TaskFunction>();
  readonly #byReference = new Map<string, TaskFunction>();

  /** @throws TargetNotExportedError, TargetNotFoundError, InvalidOptionError */
  get(target: PoolFunction): TaskFunction {
    const known = typeof target === 'function' ? this.#byFunction.get(target) : undefined;
    if (known !== undefined) return known;
    const reference = referenceOf(target);
    const key = JSON.stringify(reference);
    let found = this.#byReference.get(key);
    if (found === undefined) {
      found = new TaskFunction(this.#byReference.size, reference);
      this.#byReference.set(key, found);
    }
    if (typeof target === 'function') this.#byFunction.set(target, found);
    return found;
  }
}
