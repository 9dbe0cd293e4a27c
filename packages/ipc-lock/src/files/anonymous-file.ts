/**
 * Files without a name to find them by: there as long as some process has them open.
 *
 * Each user keeps a read lock on the file's first byte (apart from flock). Whoever gets a write lock there knows
 * from the kernel that nobody uses the file, however its users ended, and removes it. Removing it in any other
 * way would let two holders in: one on the removed file, one on the next of that name.
 */
import { closeSync, fstatSync, openSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { whenCopied } from '../core/copied.js';
import { LockFileError, LockUnavailableError } from '../errors.js';
import { lockCalls } from '../platform/ffi.js';
import { crypto } from '../platform/lazy-builtins.js';
import { ownStart, startOf } from '../platform/process-identity.js';
import { type LockFolder, removeEmptyFolders } from './lock-folder.js';

/** `PID-START-RANDOM.KIND` of the maker: a hint which files to look at, never a proof. */
const FILE_NAME = /^(\d+)-(\d+)-[0-9a-f]{24}\.[a-z]+$/;

const inUse = new Set<AnonymousFile>();

export class AnonymousFile {
  readonly folder: LockFolder;
  readonly id: string;
  readonly path: string;
  #fd: number | undefined;

  /**
   * @param id - as {@link newAnonymousId} gave it, here or in another process
   * @param open - opens or makes it
   */
  constructor(folder: LockFolder, id: string, open: () => number) {
    if (!FILE_NAME.test(id)) throw new LockFileError(id, `${id} is not the file of an anonymous object.`);
    if (!lockCalls().hasRangeLocks) {
      throw new LockUnavailableError(
        `Anonymous objects are not there yet on ${process.platform}-${process.arch}. Open one by name.`,
      );
    }
    this.folder = folder;
    this.id = id;
    this.path = join(folder.anonymous, id);
    this.#fd = pin(this.path, open);
    if (inUse.size === 0) process.on('exit', leaveAll);
    inUse.add(this);
  }

  /** Undefined after {@link leave}. */
  get fd(): number | undefined {
    return this.#fd;
  }

  /** In a copy of this process, which uses the file too. @param fd - the copy's own */
  renew(fd: number): void {
    this.#fd = fd;
    lockCalls().tryRangeLock(fd, 'read');
  }

  /** Stops using the file; the last one who does removes it. */
  leave(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    inUse.delete(this);
    if (inUse.size === 0) process.off('exit', leaveAll);
    removeIfUnused(this.path);
    removeEmptyFolders(this.folder);
  }
}

/** @param kind - letters that say what the file is */
export function newAnonymousId(kind: string): string {
  return `${process.pid}-${ownStart()}-${crypto().randomBytes(12).toString('hex')}.${kind}`;
}

/** Removes the files of makers that died without doing it, unless others use them still. */
export function sweepAnonymousFiles(folder: LockFolder): void {
  sweepAnonymous(folder, new Set([...inUse].map((file) => file.id)), removeIfUnused);
}

/**
 * Has everything removed that makers have left who died without doing it.
 *
 * @param ours - ids that this thread uses
 * @param remove - removes what is at the path if nobody uses it
 */
export function sweepAnonymous(
  folder: LockFolder,
  ours: ReadonlySet<string>,
  remove: (path: string) => boolean,
): void {
  let names: string[];
  try {
    names = readdirSync(folder.anonymous);
  } catch {
    // Not there: nobody has an anonymous lock.
    return;
  }
  const alive = new Map<string, boolean>();
  // A thread that was terminated could not clean up, though its process is alive.
  alive.set(`${process.pid}-${ownStart()}`, false);
  let removed = false;
  for (const name of names) {
    const [, pid = '', start = ''] = FILE_NAME.exec(name) ?? [];
    const maker = `${pid}-${start}`;
    if (pid === '' || ours.has(name)) continue;
    if (!alive.has(maker)) alive.set(maker, String(startOf(Number(pid))) === start);
    if (alive.get(maker) !== true) removed = remove(join(folder.anonymous, name)) || removed;
  }
  if (removed) removeEmptyFolders(folder);
}

// A copy has no listeners of its original.
whenCopied(() => {
  if (inUse.size > 0) process.on('exit', leaveAll);
});

function leaveAll(): void {
  for (const file of inUse) file.leave();
}

/** Opens the file, or makes it, and keeps it from being removed. */
function pin(path: string, open: () => number): number {
  for (let tries = 0; tries < 1000; tries++) {
    const fd = open();
    if (lockCalls().tryRangeLock(fd, 'read')) {
      if (leadsTo(path, fd)) return fd;
    } else {
      // It is just being removed.
      Atomics.wait(sleeper, 0, 0, 1);
    }
    closeSync(fd);
  }
  throw new LockFileError(
    path,
    `${path} is about to be removed by another process, and stays so. Make a new one.`,
  );
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function removeIfUnused(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, 'r+');
  } catch {
    // Removed already, or not to be opened: nothing of ours to clean up.
    return false;
  }
  try {
    if (!lockCalls().tryRangeLock(fd, 'write') || !leadsTo(path, fd)) return false;
    unlinkSync(path);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** True when the path leads to the open file. */
export function leadsTo(path: string, fd: number): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  const open = fstatSync(fd, { bigint: true });
  return there !== undefined && there.ino === open.ino && there.dev === open.dev;
}
