/** The mutex between processes. */
import type { Holder, Mutex } from './backend/backend.js';
import { openMutex } from './backend/choose-backend.js';
import { warnOfCollected } from './core/collected.js';
import { PendingWait } from './core/pending-wait.js';
import { DeadlockWatch } from './deadlock/deadlock-watch.js';
import { asOwner, currentOwner, type LockOwner, newOwner } from './deadlock/lock-owner.js';
import { holdingsChanged } from './deadlock/wait-board.js';
import { rebuildEntry } from './entry-urls.js';
import { InvalidOptionError, LockClosedError, NotHeldError, TimeoutError } from './errors.js';
import { type Abandoned, LockGuard, workUnder } from './guard.js';
import { type Handover, handoverKey } from './handover.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { resolveWait, type WaitOptions, type WaitSyncOptions } from './wait-options.js';
import { inspect } from './platform/lazy-builtins.js';

/** Options of {@link Lock.open} and of `new Lock()`. */
export interface LockOptions extends PlaceOptions {
  /**
   * True: all who wait, in all processes, get it in the order they asked, and nobody comes in between. Each
   * hand-over then costs a switch of processes. All who open the lock say the same.
   *
   * @defaultValue `false`: whoever comes first takes it, and who waited for some milliseconds is handed it
   */
  readonly fair?: boolean | undefined;
  /** What {@link LockWaitSyncOptions.detectDeadlock} is when a wait does not say. @defaultValue `false` */
  readonly detectDeadlock?: boolean | undefined;
}

/** Options of a wait for a {@link Lock} that blocks the thread. */
export interface LockWaitSyncOptions extends WaitSyncOptions {
  /**
   * True: a wait that can never end, because the holder waits for a lock that the waiter holds, straight or through
   * others, is given up with a {@link DeadlockError}. Seen are locks that were taken, and waits that are made, with
   * this option, in all processes of this user. What is called inside of `runExclusive` holds what that holds;
   * outside of it the thread is one holder.
   *
   * @defaultValue that of the lock object
   */
  readonly detectDeadlock?: boolean | undefined;
}

/** Options of a wait for a {@link Lock}. */
export interface LockWaitOptions extends LockWaitSyncOptions, WaitOptions {}

/** What another process needs to have it again. */
export interface LockAddress extends Address {
  readonly fair?: boolean | undefined;
  readonly detectDeadlock?: boolean | undefined;
}

/** What is left to do for a lock object that was dropped. */
interface Remainder {
  readonly mutex: Mutex;
  isHeld: boolean;
}

/**
 * A lock that one task of one process holds at a time, on this machine and for this user.
 *
 * A holder that dies gives it up, and the next is told by `guard.abandoned`. A holder that is stopped or busy
 * keeps it. Not re-entrant.
 */
export class Lock implements Disposable {
  readonly #mutex: Mutex;
  readonly #isFair: boolean;
  readonly #detects: boolean;
  readonly #remainder: Remainder;
  readonly #waits = new Set<PendingWait>();
  /** Of the grant that this object has; 0 for none. A number, which costs nothing to keep, and not its guard. */
  #token = 0;
  /** Whose the grant is, when deadlocks are looked for. */
  #holding: LockOwner | undefined;
  #closed = false;
  /** Neither closed nor looking for deadlocks: there is a quick way. */
  #isPlain: boolean;

  /**
   * Makes a lock without a name, to be passed to children. It is there as long as some process has it open.
   *
   * @throws {LockUnavailableError} `ERR_LOCK_UNAVAILABLE`
   * @throws {LockFileError} `ERR_LOCK_FILE`
   */
  constructor(options?: LockOptions);
  /** @internal */
  constructor(options: undefined, address: LockAddress);
  constructor(
    options?: LockOptions,
    address: LockAddress = { directory: resolveDirectory(options), ...resolveOptions(options) },
  ) {
    this.#isFair = address.fair === true;
    this.#detects = address.detectDeadlock === true;
    this.#isPlain = !this.#detects;
    this.#mutex = openMutex(address, this.#isFair);
    this.#remainder = { mutex: this.#mutex, isHeld: false };
    droppedLocks.register(this, this.#remainder, this);
  }

  /**
   * Opens the lock of that name, and makes it if need be. Every process of this user on this machine that opens
   * the name has the same lock. Its file stays.
   *
   * @param name - any non-empty string
   * @throws {InvalidOptionError} `ERR_LOCK_INVALID_OPTION`
   * @throws {LockFileError} `ERR_LOCK_FILE` when the file or its folder can't be used
   * @throws {TooManyClientsError} `ERR_LOCK_TOO_MANY_CLIENTS`
   */
  static open(name: string, options?: LockOptions): Lock {
    return new Lock(undefined, {
      directory: resolveDirectory(options),
      name: resolveName(name, 'a lock'),
      ...resolveOptions(options),
    });
  }

  /** @internal */
  static at(address: LockAddress): Lock {
    return new Lock(undefined, address);
  }

  /** The name it was opened by; undefined for one that is only handed over. */
  get name(): string | undefined {
    return this.#mutex.address.name;
  }

  /** True while this object holds the lock. */
  get held(): boolean {
    return this.#token !== 0;
  }

  /** True while anyone holds the lock, in this process or another. */
  get locked(): boolean {
    return this.holder() !== null;
  }

  /** The process that holds the lock at this moment, as the kernel confirms; null when none does. */
  holder(): Holder | null {
    this.#throwIfClosed();
    return this.#mutex.holder();
  }

  /**
   * Waits until this object holds the lock. In this process those who wait get it in the order they asked.
   *
   * @param options.timeout - milliseconds; 0 tries once; omitted waits without end
   * @param options.signal - gives up when aborted, and rejects with `signal.reason`
   * @returns the grant; `token` grows with each; `abandoned` says who died with the lock before
   * @throws {TimeoutError} `ERR_LOCK_TIMEOUT`
   * @throws {LockFileError} `ERR_LOCK_FILE`, with the system's reason as its `cause`
   * @throws {LockClosedError} `ERR_LOCK_CLOSED`, also when it is closed during the wait
   * @throws {DeadlockError} `ERR_LOCK_DEADLOCK`, only with `detectDeadlock`
   */
  async acquire(options?: LockWaitOptions): Promise<LockGuard> {
    if (options === undefined && this.#isPlain) {
      const token = this.#mutex.tryAcquireInTurn();
      if (token !== 0) return this.#granted(token, null);
    }
    return await this.#acquireInTurn(options);
  }

  /** Apart from the quick way: what it disposes of costs something, even if nothing is there. */
  async #acquireInTurn(options: LockWaitOptions | undefined): Promise<LockGuard> {
    const detects = this.#resolveDetects(options);
    const resolved = resolveWait(options);
    this.#throwIfClosed();
    using wait = new PendingWait(resolved, () => new TimeoutError(this.#mutex.what, resolved.timeout));
    using watch = detects ? new DeadlockWatch(this.#mutex) : undefined;
    watch?.start((reason) => wait.cancel(reason));
    this.#waits.add(wait);
    try {
      const { token, abandoned } = await this.#mutex.acquire(wait);
      if (detects) this.#nowHolding();
      return this.#granted(token, abandoned);
    } finally {
      this.#waits.delete(wait);
    }
  }

  /**
   * The same, blocking the thread; goes ahead of the asynchronous waits of this thread, which can't move meanwhile.
   *
   * @throws {WouldDeadlockError} `ERR_LOCK_WOULD_DEADLOCK` when this thread holds it already
   */
  acquireSync(options?: LockWaitSyncOptions): LockGuard {
    if (options === undefined && this.#isPlain) {
      const token = this.#mutex.tryAcquire();
      if (token !== 0) return this.#granted(token, null);
    }
    return this.#acquireBlocking(options);
  }

  #acquireBlocking(options: LockWaitSyncOptions | undefined): LockGuard {
    this.#throwIfClosed();
    const detects = this.#resolveDetects(options);
    const { timeout } = resolveWait(options);
    using watch = detects ? new DeadlockWatch(this.#mutex) : undefined;
    const grant = this.#mutex.acquireSync(timeout, watch && (() => watch.look()));
    if (detects) this.#nowHolding();
    return this.#granted(grant.token, grant.abandoned);
  }

  /** Runs `work` while holding the lock, and releases it however `work` ends. */
  async runExclusive<T>(
    work: (guard: LockGuard) => T | PromiseLike<T>,
    options?: LockWaitOptions,
  ): Promise<T> {
    if (!this.#resolveDetects(options)) return await workUnder(await this.acquire(options), work);
    return await asOwner(newOwner(), async () => workUnder(await this.acquire(options), work));
  }

  /** @throws {NotHeldError} `ERR_LOCK_NOT_HELD` when it is not held through this object */
  release(): void {
    if (this.#token === 0) throw new NotHeldError(this.#mutex.what);
    this.#token = 0;
    this.#remainder.isHeld = false;
    this.#mutex.release();
    if (this.#holding !== undefined) this.#noLongerHolding(this.#holding);
  }

  /** Releases the lock if held, ends the waits with `ERR_LOCK_CLOSED`, and makes the object unusable. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#isPlain = false;
    droppedLocks.unregister(this);
    for (const wait of this.#waits) wait.cancel(new LockClosedError(this.#mutex.what));
    try {
      if (this.#token !== 0) this.release();
    } finally {
      this.#mutex.leave();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets core-process, or anything that knows this protocol, send the lock to another process. */
  [handoverKey](): Handover<LockAddress> {
    this.#throwIfClosed();
    return {
      module: rebuildEntry.href,
      export: 'rebuildLock',
      data: { ...this.#mutex.address, fair: this.#isFair, detectDeadlock: this.#detects },
    };
  }

  readonly #owner = {
    holds: (_: object, token: number): boolean => this.#token === token,
    letGo: (): void => this.release(),
  };

  #granted(token: number, abandoned: Abandoned | null): LockGuard {
    this.#token = token;
    this.#remainder.isHeld = true;
    return new LockGuard(this.#owner, token, abandoned);
  }

  #nowHolding(): void {
    this.#holding = currentOwner();
    this.#holding.holds.add(this.#mutex);
    holdingsChanged();
  }

  #noLongerHolding(owner: LockOwner): void {
    this.#holding = undefined;
    owner.holds.delete(this.#mutex);
    holdingsChanged();
  }

  #resolveDetects(options: LockWaitSyncOptions | undefined): boolean {
    return options === undefined ? this.#detects : resolveFlag('detectDeadlock', options, this.#detects);
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new LockClosedError(this.#mutex.what);
  }
}

/** A lock object that was dropped without close() leaves the lock; one that holds it, with its guard, says so. */
const droppedLocks = new FinalizationRegistry<Remainder>(({ mutex, isHeld }) => {
  if (isHeld) warnOfCollected(mutex.what);
  else mutex.leave();
});

function resolveOptions(options: LockOptions = {}): Pick<LockAddress, 'fair' | 'detectDeadlock'> {
  return {
    fair: resolveFlag('fair', options, false),
    detectDeadlock: resolveFlag('detectDeadlock', options, false),
  };
}

function resolveFlag<K extends string>(
  name: K,
  options: { readonly [name in K]?: boolean | undefined },
  byDefault: boolean,
): boolean {
  const flag = options?.[name] ?? byDefault;
  if (typeof flag === 'boolean') return flag;
  throw new InvalidOptionError(name, `Option "${name}" must be true or false, not ${inspect(flag)}.`);
}
