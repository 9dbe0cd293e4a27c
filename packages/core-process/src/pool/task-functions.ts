/** The functions that a pool has been given: a number for each in its messages, and how long they take. */
import { referenceOf, type TargetReference } from '../target/reference.js';
import type { PoolFunction } from './pool-options.js';

/** So many calls make an estimate. */
const ENOUGH_CALLS = 16;

/** How far one call moves it: this part of it, and so many milliseconds. */
const STEPS = 8;
const SMALLEST_STEP_MS = 0.01;

export class TaskFunction {
  readonly index: number;
  readonly reference: TargetReference;
  #usual = 0;
  #calls = 0;

  constructor(index: number, reference: TargetReference) {
    this.index = index;
    this.reference = reference;
  }

  /** What a call usually takes, in milliseconds; Infinity while too little is known. */
  get usual(): number {
    return this.#calls < ENOUGH_CALLS ? Infinity : this.#usual;
  }

  /** Follows the middle of the values, not their mean: one call that the scheduler has held up says nothing. */
  took(milliseconds: number): void {
    const step = this.#usual / STEPS + SMALLEST_STEP_MS;
    this.#calls++;
    this.#usual +=
      this.#calls === 1 ? milliseconds : Math.max(-step, Math.min(step, milliseconds - this.#usual));
    if (this.#usual < 0) this.#usual = 0;
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
