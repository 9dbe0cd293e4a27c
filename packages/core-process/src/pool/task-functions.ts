/** The functions that a pool has been given: a number for each in its messages, and how long they take. */
import { Usual } from '../messaging/usual.js';
import { referenceOf, type TargetReference } from '../target/reference.js';
import type { PoolFunction } from './pool-options.js';

/** So many calls make an estimate. */
const ENOUGH_CALLS = 16;

export class TaskFunction {
  readonly index: number;
  readonly reference: TargetReference;
  readonly #duration = new Usual();

  constructor(index: number, reference: TargetReference) {
    this.index = index;
    this.reference = reference;
  }

  /** What a call usually takes, in milliseconds; Infinity while too little is known. */
  get usual(): number {
    return this.#duration.count < ENOUGH_CALLS ? Infinity : (this.#duration.milliseconds ?? Infinity);
  }

  took(milliseconds: number): void {
    this.#duration.add(milliseconds);
  }
}

export class TaskFunctions {
  readonly #byFunction = new WeakMap<object, TaskFunction>();
  /** To find the module anew with each call would cost more than the call. */
  readonly #byUrl = new Map<string, TaskFunction>();
  readonly #byReference = new Map<string, TaskFunction>();

  /** @throws TargetNotExportedError, TargetNotFoundError, InvalidOptionError */
  get(target: PoolFunction): TaskFunction {
    const known =
      typeof target === 'function'
        ? this.#byFunction.get(target)
        : target instanceof URL
          ? this.#byUrl.get(target.href)
          : undefined;
    if (known !== undefined) return known;
    const reference = referenceOf(target);
    const key = JSON.stringify(reference);
    let found = this.#byReference.get(key);
    if (found === undefined) {
      found = new TaskFunction(this.#byReference.size, reference);
      this.#byReference.set(key, found);
    }
    if (typeof target === 'function') this.#byFunction.set(target, found);
    else if (target instanceof URL) this.#byUrl.set(target.href, found);
    return found;
  }
}
