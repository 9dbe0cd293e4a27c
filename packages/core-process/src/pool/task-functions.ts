/** The functions that a pool has been given: a number for each in its messages, and how long they take. */
import { referenceOf, type TargetReference } from '../target/reference.js';
import type { PoolFunction } from './pool-options.js';

/** Forgets a long run slowly, so that one in some hundred calls is enough to be known for it. */
const FORGET = 0.99;

export class TaskFunction {
  readonly index: number;
  readonly reference: TargetReference;
  /** The longest run of late, in milliseconds; undefined before the first. */
  longest: number | undefined;

  constructor(index: number, reference: TargetReference) {
    this.index = index;
    this.reference = reference;
  }

  took(milliseconds: number): void {
    this.longest = Math.max(milliseconds, (this.longest ?? 0) * FORGET);
  }
}

export class TaskFunctions {
  readonly #byFunction = new WeakMap<object, TaskFunction>();
  readonly #byReference = new Map<string, TaskFunction>();

  /** @throws TargetNotExportedError, TargetNotFoundError, InvalidOptionError */
  get(target: PoolFunction): TaskFunction {
    const known = typeof target === 'function' ? this.#byFunction.get(target) : undefined;
    if (known !== undefined) return known;
    const reference = referenceOf(target as never);
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
