/** A lock that its owner may take again. */
import type { Holder } from './backend/backend.js';
import { asOwner, newOwner } from './deadlock/lock-owner.js';
import { rebuildEntry } from './entry-urls.js';
import { NotHeldError } from './errors.js';
import { type Abandoned, LockGuard, workUnder } from './guard.js';
import { type Handover, handoverKey } from './handover.js';
import { Lock, type LockWaitOptions, type LockWaitSyncOptions } from './lock.js';
import { asyncHooks } from './platform/lazy-builtins.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';

/** Who owns what is not taken in a {@link RLock.runExclusive}. */
const THREAD = Symbol('thread');

/**
 * A {@link Lock} that its owner may take again, and has to release as often.
 *
 * The owner is a chain of calls: whatever is called, awaited or not, inside `runExclusive` belongs to it and gets in
 * again, and another task waits. Outside of every `runExclusive` the owner is the thread as a whole: two tasks that
 * call `acquire()` there do not exclude each other. It is the object that counts: two RLock objects of one name
 * exclude each other.
 */
export class RLock implements Disposable {
  readonly #lock: Lock;
  readonly #chain = new (asyncHooks().AsyncLocalStorage)<symbol>();
  readonly #guards = new Set<object>();
  #owner: symbol | undefined;
  #outer: LockGuard | undefined;

  /** Makes a lock without a name, to be passed to children. */
  constructor(options?: PlaceOptions);
  /** @internal */
  constructor(options: undefined, address: Address);
  constructor(options?: PlaceOptions, address?: Address) {
    this.#lock = address === undefined ? new Lock(options) : Lock.at(address);
  }

  /** Opens the lock of that name, and makes it if need be. It is the {@link Lock} of that name. */
  static open(name: string, options?: PlaceOptions): RLock {
    return new RLock(undefined, {
      directory: resolveDirectory(options),
      name: resolveName(name, 'a lock'),
    });
  }

  /** @internal */
  static at(address: Address): RLock {
    return new RLock(undefined, address);
  }

  get name(): string | undefined {
    return this.#lock.name;
  }

  /** True while this object holds the lock. */
  get held(): boolean {
    return this.#outer !== undefined;
  }

  /** How often it is taken through this object. */
  get depth(): number {
    return this.#guards.size;
  }

  /** True while anyone holds the lock, in this process or another. */
  get locked(): boolean {
    return this.#lock.locked;
  }

  /** The process that holds the lock at this moment; null when none does. */
  holder(): Holder | null {
    return this.#lock.holder();
  }

  /** Waits until the caller owns the lock, at once if it does already. See {@link Lock.acquire}. */
  async acquire(options?: LockWaitOptions): Promise<LockGuard> {
    return this.#again() ?? this.#first(await this.#lock.acquire(options));
  }

  /** The same, blocking the thread. See {@link Lock.acquireSync}. */
  acquireSync(options?: LockWaitSyncOptions): LockGuard {
    return this.#again() ?? this.#first(this.#lock.acquireSync(options));
  }

  /** Runs `work` as an owner of its own, or as its caller's if that owns the lock. */
  async runExclusive<T>(
    work: (guard: LockGuard) => T | PromiseLike<T>,
    options?: LockWaitOptions,
  ): Promise<T> {
    const owner = this.#chain.getStore() ?? Symbol('chain');
    const run = async (): Promise<T> => workUnder(await this.acquire(options), work);
    return await this.#chain.run(
      owner,
      options?.detectDeadlock === true ? () => asOwner(newOwner(), run) : run,
    );
  }

  /** Releases it once. @throws {NotHeldError} `ERR_LOCK_NOT_HELD` when the caller does not own it */
  release(): void {
    const last = [...this.#guards].at(-1);
    if (last === undefined || this.#owner !== this.#caller) throw new NotHeldError('The lock');
    this.#letGo(last);
  }

  close(): void {
    this.#guards.clear();
    this.#outer = undefined;
    this.#owner = undefined;
    this.#lock.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets core-process, or anything that knows this protocol, send the lock to another process. */
  [handoverKey](): Handover<Address> {
    const { data } = this.#lock[handoverKey]();
    return { module: rebuildEntry.href, export: 'rebuildRLock', data };
  }

  get #caller(): symbol {
    return this.#chain.getStore() ?? THREAD;
  }

  readonly #letGo = (guard: object): void => {
    this.#guards.delete(guard);
    if (this.#guards.size > 0) return;
    const outer = this.#outer;
    this.#outer = undefined;
    this.#owner = undefined;
    outer?.release();
  };

  readonly #grants = { holds: (guard: object): boolean => this.#guards.has(guard), letGo: this.#letGo };

  #first(outer: LockGuard): LockGuard {
    this.#outer = outer;
    this.#owner = this.#caller;
    return this.#guardOf(outer, outer.abandoned);
  }

  #again(): LockGuard | undefined {
    if (this.#outer === undefined || this.#owner !== this.#caller) return undefined;
    return this.#guardOf(this.#outer, null);
  }

  #guardOf(outer: LockGuard, abandoned: Abandoned | null): LockGuard {
    const guard = new LockGuard(this.#grants, Number(outer.token), abandoned);
    this.#guards.add(guard);
    return guard;
  }
}
