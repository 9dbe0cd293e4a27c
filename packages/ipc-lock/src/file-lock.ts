/** The operating system's lock on a file, which programs in other languages take part in. */
import { constants, openSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LockTarget } from './backend/flock/flock-file.js';
import { cannotOpen } from './files/lock-folder.js';
import { acquireFile, acquireFileSync, type FileGrant } from './core/acquire-file.js';
import { unwatchGrant, watchGrant } from './core/collected.js';
import { PendingWait } from './core/pending-wait.js';
import { rebuildEntry } from './entry-urls.js';
import { InvalidOptionError, LockClosedError, NotHeldError, TimeoutError } from './errors.js';
import { FileGuard, workUnder } from './guard.js';
import { type Handover, handoverKey } from './handover.js';
import { resolveWait, type SharedOption, type WaitOptions, type WaitSyncOptions } from './wait-options.js';
import { inspect, url } from './platform/lazy-builtins.js';

/** Options of {@link FileLock.acquire}. */
export interface FileLockOptions extends WaitOptions, SharedOption {}
/** Options of {@link FileLock.acquireSync}. */
export interface FileLockSyncOptions extends WaitSyncOptions, SharedOption {}

/**
 * A lock on a file, exclusive or shared, by flock(2): flock(1), Python's `fcntl.flock` and others exclude us and
 * we them. The kernel releases it when its holder dies, however it dies.
 *
 * The file is made (0600, empty) if it is not there, is never written to and never removed. When it was renamed,
 * deleted or replaced while we waited, the file that is there now is locked instead.
 *
 * Not re-entrant: two acquires exclude each other, on one object or on two, in one process or in several.
 *
 * @see flock(2)
 */
export class FileLock implements Disposable {
  /** Absolute path of the file. */
  readonly path: string;
  readonly #target: LockTarget;
  readonly #grants = new Set<FileGrant>();
  readonly #waits = new Set<PendingWait>();
  #closed = false;

  /** Opens nothing yet. @throws InvalidOptionError `ERR_LOCK_INVALID_OPTION` when `path` is no path */
  constructor(path: string | URL) {
    const file = resolvePath(path);
    this.path = file;
    this.#target = { name: `The lock on ${file}`, path: file, open: () => openAnyFile(file) };
  }

  /** True while this object holds the lock. */
  get held(): boolean {
    return this.#grants.size > 0;
  }

  /**
   * Waits until this object holds the lock. In this process those who wait get it in the order they asked.
   *
   * @param options.shared - true for a lock that others may share
   * @param options.timeout - milliseconds; 0 tries once; omitted waits without end
   * @param options.signal - gives up when aborted, and rejects with `signal.reason`
   * @throws {TimeoutError} `ERR_LOCK_TIMEOUT`
   * @throws {LockFileError} `ERR_LOCK_FILE`, with the system's reason as its `cause`
   * @throws {LockUnavailableError} `ERR_LOCK_UNAVAILABLE`
   * @throws {LockClosedError} `ERR_LOCK_CLOSED`, also when it is closed during the wait
   */
  async acquire(options?: FileLockOptions): Promise<FileGuard> {
    const resolved = resolveWait(options);
    this.#throwIfClosed();
    using wait = new PendingWait(resolved, () => new TimeoutError(this.#target.name, resolved.timeout));
    this.#waits.add(wait);
    try {
      return this.#granted(await acquireFile(this.#target, resolved.shared, wait));
    } finally {
      this.#waits.delete(wait);
    }
  }

  /**
   * The same, blocking the thread; goes ahead of the asynchronous waits of this thread, which can't move meanwhile.
   *
   * @throws {WouldDeadlockError} `ERR_LOCK_WOULD_DEADLOCK` when this thread holds it already
   */
  acquireSync(options?: FileLockSyncOptions): FileGuard {
    const resolved = resolveWait(options);
    this.#throwIfClosed();
    return this.#granted(acquireFileSync(this.#target, resolved));
  }

  /** Runs `work` with the lock held by it alone, and releases it however `work` ends. */
  async runExclusive<T>(work: (guard: FileGuard) => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    return await this.#run(work, { ...options, shared: false });
  }

  /** The same with a lock that others may share. */
  async runShared<T>(work: (guard: FileGuard) => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    return await this.#run(work, { ...options, shared: true });
  }

  /**
   * Releases what this object holds; with several shared grants, the oldest.
   *
   * @throws {NotHeldError} `ERR_LOCK_NOT_HELD`
   */
  release(): void {
    const [grant] = this.#grants;
    if (grant === undefined) throw new NotHeldError(this.#target.name);
    this.#owner.letGo(grant);
  }

  /** Releases what is held, ends the waits with `ERR_LOCK_CLOSED`, and makes the object unusable. */
  close(): void {
    this.#closed = true;
    for (const wait of this.#waits) wait.cancel(new LockClosedError(this.#target.name));
    for (const grant of this.#grants) this.#owner.letGo(grant);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets core-process, or anything that knows this protocol, send the lock to another process. */
  [handoverKey](): Handover<string> {
    this.#throwIfClosed();
    return { module: rebuildEntry.href, export: 'rebuildFileLock', data: this.path };
  }

  readonly #owner = {
    holds: (grant: object): boolean => this.#grants.has(grant as FileGrant),
    letGo: (grant: object): void => {
      this.#grants.delete(grant as FileGrant);
      unwatchGrant(grant);
      (grant as FileGrant).release();
    },
  };

  #granted(grant: FileGrant): FileGuard {
    if (this.#closed) {
      grant.release();
      this.#throwIfClosed();
    }
    this.#grants.add(grant);
    watchGrant(grant, this.#target.name);
    return new FileGuard(this.#owner, grant, grant.shared);
  }

  async #run<T>(work: (guard: FileGuard) => T | PromiseLike<T>, options: FileLockOptions): Promise<T> {
    return await workUnder(await this.acquire(options), work);
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new LockClosedError(this.#target.name);
  }
}

/** Absolute path of what the caller gave. */
function resolvePath(given: string | URL): string {
  let path: unknown = given;
  let cause: unknown;
  try {
    if (given instanceof URL) path = url().fileURLToPath(given);
  } catch (error) {
    // Not a file: URL, or one that this system has no path for.
    cause = error;
  }
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return resolve(path);
  throw new InvalidOptionError(
    'path',
    `The path of a FileLock must be a non-empty string or a file: URL, not ${inspect(given)}.`,
    { cause },
  );
}

/** A lock needs no right to write: a file, or folder, that may only be read can be locked as well. */
function openAnyFile(path: string): number {
  const flags = constants.O_NONBLOCK | constants.O_NOCTTY;
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | flags, 0o600);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (!['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ETXTBSY'].includes(code ?? '')) {
      throw cannotOpen(path, cause as NodeJS.ErrnoException);
    }
  }
  try {
    return openSync(path, constants.O_RDONLY | flags);
  } catch (cause) {
    throw cannotOpen(path, cause as NodeJS.ErrnoException);
  }
}
