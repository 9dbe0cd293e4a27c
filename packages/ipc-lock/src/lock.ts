/** The mutex between processes. */
import { join } from 'node:path';
import { AnonymousFile, newAnonymousId, sweepAnonymousFiles } from './files/anonymous-file.js';
import type { LockTarget } from './backend/flock/flock-file.js';
import { type Holder, readHolder } from './backend/flock/holder.js';
import { chooseLockFolder, fileNameOf, makeFolder, openOurFile } from './files/lock-folder.js';
import type { LockState } from './backend/flock/lock-record.js';
import { recordGrant, recordRelease } from './backend/flock/record-file.js';
import { acquireFile, acquireFileSync, type FileGrant } from './core/acquire-file.js';
import { unwatchGrant, watchGrant } from './core/collected.js';
import { PendingWait } from './core/pending-wait.js';
import { rebuildEntry } from './entry-urls.js';
import { LockClosedError, NotHeldError, TimeoutError } from './errors.js';
import { LockGuard } from './guard.js';
import { type Handover, handoverKey } from './handover.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { resolveWait, type WaitOptions, type WaitSyncOptions } from './wait-options.js';

/** Options of {@link Lock.open} and of `new Lock()`. */
export type LockOptions = PlaceOptions;

interface LockGrant {
  readonly file: FileGrant;
  readonly state: LockState;
}

/**
 * A lock that one task of one process holds at a time, on this machine and for this user.
 *
 * A holder that dies gives it up, and the next is told by `guard.abandoned`. A holder that is stopped or busy
 * keeps it. Not re-entrant.
 */
export class Lock implements Disposable {
  /** The name it was opened by; undefined for one that is only handed over. */
  readonly name: string | undefined;
  readonly #address: Address;
  readonly #target: LockTarget;
  readonly #anonymous: AnonymousFile | undefined;
  readonly #waits = new Set<PendingWait>();
  #grant: LockGrant | undefined;
  #closed = false;

  /**
   * Makes a lock without a name, to be passed to children. It is there as long as some process has it open.
   *
   * @throws {LockUnavailableError} `ERR_LOCK_UNAVAILABLE`
   * @throws {LockFileError} `ERR_LOCK_FILE`
   */
  constructor(options?: LockOptions);
  /** @internal */
  constructor(options: LockOptions | undefined, address: Address);
  constructor(options?: LockOptions, address?: Address) {
    const directory = address === undefined ? resolveDirectory(options) : address.directory;
    const folder = chooseLockFolder(directory);
    // Named from here on: in the receiver's environment the usual place may be another.
    const named = directory ?? (folder.isOurs ? undefined : folder.path);
    makeFolder(folder.path);
    sweepAnonymousFiles(folder);
    this.name = address?.name;
    let path: string;
    if (this.name === undefined) {
      this.#anonymous = new AnonymousFile(folder, address?.id ?? newAnonymousId('lock'), (path) =>
        openOurFile(folder, path),
      );
      path = this.#anonymous.path;
      this.#address = { directory: named, id: this.#anonymous.id };
      droppedObjects.register(this, this.#anonymous, this);
    } else {
      path = join(folder.path, fileNameOf(this.name, 'lock'));
      this.#address = { directory: named, name: this.name };
    }
    this.#target = {
      name: this.name === undefined ? 'The anonymous lock' : `The lock ${JSON.stringify(this.name)}`,
      path,
      open: () => openOurFile(folder, path),
    };
  }

  /**
   * Opens the lock of that name, and makes it if need be. Every process of this user on this machine that opens
   * the name has the same lock. Its file (192 bytes) stays.
   *
   * @param name - any non-empty string
   * @throws {InvalidOptionError} `ERR_LOCK_INVALID_OPTION`
   * @throws {LockFileError} `ERR_LOCK_FILE` when the folder is not private or can't be made
   */
  static open(name: string, options?: LockOptions): Lock {
    return new Lock(undefined, { directory: resolveDirectory(options), name: resolveName(name, 'a lock') });
  }

  /** @internal */
  static at(address: Address): Lock {
    return new Lock(undefined, address);
  }

  /** True while this object holds the lock. */
  get held(): boolean {
    return this.#grant !== undefined;
  }

  /** True while anyone holds the lock, in this process or another. */
  get locked(): boolean {
    return this.holder() !== null;
  }

  /**
   * The process that holds the lock at this moment, as its file says and the kernel confirms; null when none does.
   *
   * @throws {LockFileError} `ERR_LOCK_FILE`
   */
  holder(): Holder | null {
    this.#throwIfClosed();
    return readHolder(this.#target.path);
  }

  /**
   * Waits until this object holds the lock. In this process those who wait get it in the order they asked.
   *
   * @param options.timeout - milliseconds; 0 tries once; omitted waits without end
   * @param options.signal - gives up when aborted, and rejects with `signal.reason`
   * @returns the grant; `token` grows with each; `abandoned` says who died with the lock before
   * @throws {TimeoutError} `ERR_LOCK_TIMEOUT`
   * @throws {LockFileError} `ERR_LOCK_FILE`, with the system's reason as its `cause`
   * @throws {LockUnavailableError} `ERR_LOCK_UNAVAILABLE`
   * @throws {LockClosedError} `ERR_LOCK_CLOSED`, also when it is closed during the wait
   */
  async acquire(options?: WaitOptions): Promise<LockGuard> {
    const resolved = resolveWait(options);
    this.#throwIfClosed();
    using wait = new PendingWait(resolved, () => new TimeoutError(this.#target.name, resolved.timeout));
    this.#waits.add(wait);
    try {
      return this.#granted(await acquireFile(this.#target, false, wait));
    } finally {
      this.#waits.delete(wait);
    }
  }

  /**
   * The same, blocking the thread; goes ahead of the asynchronous waits of this thread, which can't move meanwhile.
   *
   * @throws {WouldDeadlockError} `ERR_LOCK_WOULD_DEADLOCK` when this thread holds it already
   */
  acquireSync(options?: WaitSyncOptions): LockGuard {
    const { timeout } = resolveWait(options);
    this.#throwIfClosed();
    return this.#granted(acquireFileSync(this.#target, { timeout, signal: undefined, shared: false }));
  }

  /** Runs `work` while holding the lock, and releases it however `work` ends. */
  async runExclusive<T>(work: (guard: LockGuard) => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    const guard = await this.acquire(options);
    try {
      return await work(guard);
    } finally {
      guard.release();
    }
  }

  /** @throws {NotHeldError} `ERR_LOCK_NOT_HELD` when it is not held through this object */
  release(): void {
    if (this.#grant === undefined) throw new NotHeldError(this.#target.name);
    this.#owner.letGo(this.#grant);
  }

  /** Releases the lock if held, ends the waits with `ERR_LOCK_CLOSED`, and makes the object unusable. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const wait of this.#waits) wait.cancel(new LockClosedError(this.#target.name));
    try {
      if (this.#grant !== undefined) this.#owner.letGo(this.#grant);
    } finally {
      droppedObjects.unregister(this);
      this.#anonymous?.leave();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets core-process, or anything that knows this protocol, send the lock to another process. */
  [handoverKey](): Handover<Address> {
    this.#throwIfClosed();
    return { module: rebuildEntry.href, export: 'rebuildLock', data: this.#address };
  }

  readonly #owner = {
    holds: (grant: object): boolean => this.#grant === grant,
    letGo: (grant: object): void => {
      const { file, state } = grant as LockGrant;
      this.#grant = undefined;
      unwatchGrant(grant);
      try {
        recordRelease(file.fd, this.#target.path, state);
      } finally {
        file.release();
      }
    },
  };

  #granted(file: FileGrant): LockGuard {
    try {
      this.#throwIfClosed();
      const { state, abandoned } = recordGrant(file.fd, this.#target.path);
      const grant: LockGrant = { file, state };
      this.#grant = grant;
      watchGrant(grant, this.#target.name);
      return new LockGuard(this.#owner, grant, state.token, abandoned);
    } catch (error) {
      file.release();
      throw error;
    }
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new LockClosedError(this.#target.name);
  }
}

/** An object that was dropped without close() stops using its file. */
const droppedObjects = new FinalizationRegistry<AnonymousFile>((file) => file.leave());
