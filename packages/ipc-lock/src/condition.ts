/** Waiting, with a lock, for what others change under it. */
import type { ObjectKind } from './core/place.js';
import { FIRST_OWN, FIRST_SHARED } from './core/region-layout.js';
import { InvalidOptionError, NotHeldError } from './errors.js';
import type { LockGuard } from './guard.js';
import { type Handover, handoverKey } from './handover.js';
import { Lock } from './lock.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { Primitive, type PrimitiveAddress } from './primitive.js';
import { resolveWait, type WaitOptions, type WaitSyncOptions } from './wait-options.js';

const KIND: ObjectKind = { kind: 7, ending: 'condition', noun: 'condition', keepsDescriptor: true };

/** The row that was notified last: the next is another's. */
const LAST_NOTIFIED = FIRST_SHARED;
/** Of a row: how many of the client wait. */
const SLEEPERS = FIRST_OWN;
/** Of a row: how many of them are to wake. */
const NOTIFIED = FIRST_OWN + 1;

/** What another process needs to have it again. */
export interface ConditionAddress extends PrimitiveAddress {
  readonly lock: Address;
}

/**
 * A lock and a place to wait: who holds the lock lets go of it while it waits, and has it again afterwards.
 *
 * A waiter that dies is passed over, and a notification that it had not taken yet goes to another.
 */
export class Condition extends Primitive {
  /** The lock that goes with it. */
  readonly lock: Lock;
  readonly #ownsLock: boolean;
  #guard: LockGuard | undefined;

  /**
   * Makes a condition without a name, to be passed to children.
   *
   * @param lock - the lock that goes with it; one of its own if it is omitted
   */
  constructor(lock?: Lock, options?: PlaceOptions);
  /** @internal */
  constructor(lock: Lock | undefined, options: undefined, address: Address, lockAddress: Address);
  constructor(
    lock?: Lock,
    options?: PlaceOptions,
    address: Address = { directory: resolveDirectory(options) },
    lockAddress: Address = { directory: resolveDirectory(options) },
  ) {
    if (lock !== undefined && !(lock instanceof Lock)) {
      throw new InvalidOptionError('lock', 'The lock of a condition must be a Lock.');
    }
    super(KIND, 'rebuildCondition', address, 0);
    this.#ownsLock = lock === undefined;
    this.lock = lock ?? Lock.at(lockAddress);
  }

  /** Opens the condition of that name, with a lock of its own; it is made if it is not there. */
  static open(name: string, options?: PlaceOptions): Condition {
    const directory = resolveDirectory(options);
    const address = { directory, name: resolveName(name, 'a condition') };
    return new Condition(undefined, undefined, address, { directory, name: `\0condition\0${name}` });
  }

  /** @internal */
  static at(address: ConditionAddress): Condition {
    return new Condition(undefined, undefined, address, address.lock);
  }

  /** The grant of the lock that this object has now: of the last acquire, or of the end of the last wait. */
  get guard(): LockGuard | undefined {
    return this.#guard?.held === true ? this.#guard : undefined;
  }

  /** Waits for the lock. See {@link Lock.acquire}. */
  async acquire(options?: WaitOptions): Promise<LockGuard> {
    this.#guard = await this.lock.acquire(options);
    return this.#guard;
  }

  /** The same, blocking the thread. */
  acquireSync(options?: WaitSyncOptions): LockGuard {
    this.#guard = this.lock.acquireSync(options);
    return this.#guard;
  }

  release(): void {
    this.lock.release();
  }

  /** Runs `work` with the lock; whatever waits happened in it, the lock is released in the end. */
  async runExclusive<T>(work: (condition: this) => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    await this.acquire(options);
    try {
      return await work(this);
    } finally {
      if (this.lock.held) this.lock.release();
    }
  }

  /**
   * Lets go of the lock, waits to be notified, and takes the lock again, however long that takes.
   *
   * @returns true when it was notified, false when time ran out before
   * @throws {NotHeldError} `ERR_LOCK_NOT_HELD` when this object does not hold the lock
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    resolveWait(options);
    this.#fallAsleep();
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.waitFor(options, this.#takeNotification, false);
    } catch (error) {
      failure = { error };
    }
    await this.acquire();
    return this.#wakeUp(failure);
  }

  /** The same, blocking the thread. */
  waitSync(options?: WaitSyncOptions): boolean {
    resolveWait(options);
    this.#fallAsleep();
    let failure: { readonly error: unknown } | undefined;
    try {
      this.waitForSync(options, this.#takeNotification);
    } catch (error) {
      failure = { error };
    }
    this.acquireSync();
    return this.#wakeUp(failure);
  }

  /**
   * Waits until `predicate` is true; it is called with the lock.
   *
   * @returns the last value of `predicate`: falsy when time ran out
   */
  async waitUntil<T>(predicate: () => T, options?: WaitOptions): Promise<T> {
    const { timeout, signal } = resolveWait(options);
    const deadline = performance.now() + timeout;
    for (;;) {
      const value = predicate();
      const left = deadline - performance.now();
      if (value || left <= 0) return value;
      await this.wait({ timeout: left, signal });
    }
  }

  /** The same, blocking the thread. */
  waitUntilSync<T>(predicate: () => T, options?: WaitSyncOptions): T {
    const { timeout } = resolveWait(options);
    const deadline = performance.now() + timeout;
    for (;;) {
      const value = predicate();
      const left = deadline - performance.now();
      if (value || left <= 0) return value;
      this.waitSync({ timeout: left });
    }
  }

  /**
   * Wakes up to `count` of those who wait.
   *
   * @returns how many
   * @throws {NotHeldError} `ERR_LOCK_NOT_HELD` when this object does not hold the lock
   */
  notify(count = 1): number {
    this.throwIfClosed();
    if (!this.lock.held) throw new NotHeldError(this.monitor.what);
    let notified = 0;
    this.monitor.update(() => {
      notified = this.#notify(count);
    });
    return notified;
  }

  #notify(count: number): number {
    const { words, clients } = this.monitor;
    const rows = [...clients.rows()];
    const last = Atomics.load(words, LAST_NOTIFIED);
    const start = rows.findIndex((row) => row > last);
    let notified = 0;
    for (let turn = 0; turn < rows.length && notified < count; turn++) {
      const row = rows[(Math.max(start, 0) + turn) % rows.length] as number;
      const waiting = Atomics.load(words, row + SLEEPERS) - Atomics.load(words, row + NOTIFIED);
      if (waiting <= 0 || !clients.isRowAlive(row)) continue;
      const some = Math.min(waiting, count - notified);
      Atomics.add(words, row + NOTIFIED, some);
      Atomics.store(words, LAST_NOTIFIED, row);
      notified += some;
    }
    return notified;
  }

  /** Wakes all who wait. @returns how many */
  notifyAll(): number {
    return this.notify(Infinity);
  }

  override close(): void {
    super.close();
    if (this.#ownsLock) this.lock.close();
  }

  override [handoverKey](): Handover<ConditionAddress> {
    const { module, export: name, data } = super[handoverKey]();
    return { module, export: name, data: { ...data, lock: this.lock[handoverKey]().data } };
  }

  #fallAsleep(): void {
    this.throwIfClosed();
    if (!this.lock.held) throw new NotHeldError(this.monitor.what);
    this.monitor.update(() => Atomics.add(this.monitor.words, this.monitor.clients.row + SLEEPERS, 1));
    this.lock.release();
  }

  /** With the lock again: nobody notifies meanwhile. */
  #wakeUp(failure: { readonly error: unknown } | undefined): boolean {
    if (failure === undefined) return true;
    let wasNotified = false;
    this.monitor.update(() => {
      wasNotified = this.#takeNotification() === true;
      if (!wasNotified) Atomics.sub(this.monitor.words, this.monitor.clients.row + SLEEPERS, 1);
    });
    if (wasNotified) return true;
    if ((failure.error as { code?: string }).code === 'ERR_LOCK_TIMEOUT') return false;
    throw failure.error;
  }

  readonly #takeNotification = (): true | undefined => {
    const { words, clients } = this.monitor;
    const { row: own } = clients;
    for (const row of clients.rows()) {
      const left = Atomics.load(words, row + NOTIFIED);
      if (row === own || left <= 0 || clients.isRowAlive(row)) continue;
      // What a dead waiter had not taken is another's, one by one.
      if (Atomics.compareExchange(words, row + NOTIFIED, left, left - 1) !== left) continue;
      Atomics.sub(words, own + SLEEPERS, 1);
      return true;
    }
    if (Atomics.load(words, own + NOTIFIED) <= 0) return undefined;
    Atomics.sub(words, own + NOTIFIED, 1);
    Atomics.sub(words, own + SLEEPERS, 1);
    return true;
  };
}
