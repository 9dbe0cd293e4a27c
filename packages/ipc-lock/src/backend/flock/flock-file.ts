/**
 * An open file and the operating system's lock on it.
 *
 * A lock belongs to the open file description, so each grant has a descriptor of its own. A file may be renamed,
 * deleted or replaced while we wait for it: a lock counts only if, once it is had, the path still leads to the file.
 */
import { closeSync, fstatSync, statSync } from 'node:fs';
import { LockFileError, LockUnavailableError } from '../../errors.js';
import { hasLockCalls, lockCalls, type SystemError } from '../../platform/ffi.js';
import { flockCommand } from '../../platform/flock-command.js';

/** Where a lock is, and how its file is opened or made. */
export interface LockTarget {
  /** What an error calls the lock. */
  readonly name: string;
  readonly path: string;
  /**
   * Opens the file, and makes it if it is not there.
   *
   * @throws LockFileError `ERR_LOCK_FILE`
   */
  open(): number;
}

export interface OpenFile {
  readonly fd: number;
  /** Names the file for as long as it is open: device and inode. */
  readonly key: string;
}

export function openTarget(target: LockTarget): OpenFile {
  const fd = target.open();
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return { fd, key: `${dev}:${ino}` };
  } catch (cause) {
    closeSync(fd);
    throw new LockFileError(target.path, `${target.path} could be opened but not read.`, { cause });
  }
}

/** True when the path still leads to the open file. */
export function isInPlace(target: LockTarget, file: OpenFile): boolean {
  try {
    const now = statSync(target.path, { bigint: true, throwIfNoEntry: false });
    return now !== undefined && `${now.dev}:${now.ino}` === file.key;
  } catch (cause) {
    throw new LockFileError(
      target.path,
      `${target.path} can't be looked at any more: was its folder closed to this user?`,
      { cause },
    );
  }
}

/** Tries once. `moved`: the path leads to another file now, or to none. Never sleeps. */
export function tryLock(target: LockTarget, file: OpenFile, shared: boolean): 'locked' | 'busy' | 'moved' {
  const calls = flockCalls();
  try {
    if (!calls.tryFlock(file.fd, shared ? 'shared' : 'exclusive')) return 'busy';
  } catch (cause) {
    if (cause instanceof LockUnavailableError) throw cause;
    const { code } = cause as SystemError;
    throw new LockFileError(
      target.path,
      `The file system of ${target.path} refused the lock (${code}); put the file on one with flock(2).`,
      { cause },
    );
  }
  if (isInPlace(target, file)) return 'locked';
  calls.unlockFlock(file.fd);
  return 'moved';
}

/** Unlocks first: a child that is just being started may still have a copy of the descriptor. */
export function unlockAndClose(fd: number): void {
  try {
    flockCalls().unlockFlock(fd);
  } finally {
    closeSync(fd);
  }
}

function flockCalls(): Pick<ReturnType<typeof lockCalls>, 'tryFlock' | 'unlockFlock'> {
  return hasLockCalls() ? lockCalls() : flockCommand;
}
