/**
 * From a wish to a grant: first the order inside this process, then the operating system's lock.
 *
 * The kernel tells nobody but a blocked thread that a lock is free, and no thread may be blocked here; so the one
 * whose turn it is looks again and again, first after 1 ms, at last every 16 ms. Whoever stands behind it does
 * not look at all, and holds no descriptor.
 */
import { closeSync } from 'node:fs';
import {
  isInPlace,
  type LockTarget,
  type OpenFile,
  openTarget,
  tryLock,
  unlockAndClose,
} from '../backend/flock/flock-file.js';
import { LockFileError, TimeoutError, WouldDeadlockError } from '../errors.js';
import type { ResolvedWait } from '../wait-options.js';
import { borrowLocalFile, giveBackLocalFile, type LocalFile } from './local-file.js';
import type { PendingWait } from './pending-wait.js';

/** The longest that a free lock is not looked at, in milliseconds. */
export const LONGEST_POLL_MS = 16;

/** A file that is not found in place so often in a row is replaced by someone without end. */
const MOST_MOVES = 1000;

/** A lock that is held. Nothing refers to it but its guard and its lock object. */
export interface FileGrant {
  readonly fd: number;
  readonly shared: boolean;
  /** To be called once. */
  release(): void;
}

/** @throws whatever ended `wait`; LockFileError; LockUnavailableError */
export async function acquireFile(
  target: LockTarget,
  shared: boolean,
  wait: PendingWait,
): Promise<FileGrant> {
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const file = openTarget(target);
    const local = borrowLocalFile(file.key);
    let grant: FileGrant | undefined;
    try {
      grant = await acquireInTurn(target, file, local, shared, wait);
    } finally {
      if (grant === undefined) giveBackLocalFile(local);
    }
    if (grant !== undefined) return grant;
  }
  throw neverInPlace(target);
}

/** Closes `file` unless the grant has it. Undefined when the path leads to another file by now. */
async function acquireInTurn(
  target: LockTarget,
  first: OpenFile,
  local: LocalFile,
  shared: boolean,
  wait: PendingWait,
): Promise<FileGrant | undefined> {
  let file: OpenFile | undefined = first;
  let endTurn: (() => void) | undefined;
  let outcome: 'locked' | 'busy' | 'moved' = 'busy';
  try {
    if (local.isContended || !local.admits(shared)) {
      closeSync(file.fd);
      file = undefined;
    }
    endTurn = await local.takeTurn(wait);
    wait.throwIfCancelled();
    await local.untilAdmitted(shared, wait);
    file ??= openTarget(target);
    if (file.key !== local.key) return undefined;
    for (let pause = 1; ; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
      // A synchronous acquire of this thread may have come in between.
      outcome = local.admits(shared) ? tryLock(target, file, shared) : 'busy';
      if (outcome !== 'busy') break;
      // Not all at the same time: half of the pause is chance.
      await wait.sleep(pause * (0.5 + Math.random() / 2));
    }
    return outcome === 'locked' ? grantOf(file.fd, local, shared) : undefined;
  } finally {
    if (outcome !== 'locked' && file !== undefined) closeSync(file.fd);
    endTurn?.();
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the thread. Does not stand in the queue of this process, which could not move meanwhile. */
export function acquireFileSync(target: LockTarget, { timeout, shared }: ResolvedWait): FileGrant {
  const deadline = performance.now() + timeout;
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const file = openTarget(target);
    const local = borrowLocalFile(file.key);
    let grant: FileGrant | undefined;
    try {
      if (!local.admits(shared)) {
        if (!isInPlace(target, file)) continue;
        throw timeout === 0 ? new TimeoutError(target.name, timeout) : new WouldDeadlockError(target.name);
      }
      if (pollSync(target, file, shared, timeout, deadline)) grant = grantOf(file.fd, local, shared);
    } finally {
      if (grant === undefined) {
        closeSync(file.fd);
        giveBackLocalFile(local);
      }
    }
    if (grant !== undefined) return grant;
  }
  throw neverInPlace(target);
}

/** False when the path leads to another file by now. */
function pollSync(
  target: LockTarget,
  file: OpenFile,
  shared: boolean,
  timeout: number,
  deadline: number,
): boolean {
  for (let pause = 1; ; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
    const outcome = tryLock(target, file, shared);
    if (outcome !== 'busy') return outcome === 'locked';
    const left = deadline - performance.now();
    if (left <= 0) throw new TimeoutError(target.name, timeout);
    Atomics.wait(sleeper, 0, 0, Math.min(pause * (0.5 + Math.random() / 2), left));
  }
}

function grantOf(fd: number, local: LocalFile, shared: boolean): FileGrant {
  local.enter(shared);
  return {
    fd,
    shared,
    release() {
      try {
        unlockAndClose(fd);
      } finally {
        local.leave(shared);
        giveBackLocalFile(local);
      }
    },
  };
}

function neverInPlace(target: LockTarget): LockFileError {
  return new LockFileError(
    target.path,
    `${target.path} was another file each of the ${MOST_MOVES} times that it was locked. ` +
      'Lock a file that nobody replaces: one beside it, for example.',
  );
}
