/** Processes that hold a lock, and that wait for one: the article's hand-written way, and ours. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileLock, type Lock, TimeoutError } from 'ipc-lock';
import { LIFETIME_MS, say } from '../child-signals.js';
import { now } from '../clock.js';

export interface Got {
  /** When it had the lock, on the clock of now(). */
  readonly at: number;
  /** The process that died with the lock before, if the lock tells. */
  readonly abandonedBy: number | null;
}

interface Held {
  release(): void;
}

/** Holds it until this process is killed. */
async function hold(acquire: () => Promise<Held>): Promise<void> {
  const held = await acquire();
  say('held');
  await sleep(LIFETIME_MS);
  // Used to the last, lest it be collected, and with it released, before.
  held.release();
}

export const holdLock = (lock: Lock): Promise<void> => hold(() => lock.acquire());
export const holdFileLock = (path: string): Promise<void> => hold(() => new FileLock(path).acquire());
export const holdLockFile = (path: string): Promise<void> =>
  hold(() => acquireLockFile(path, () => undefined));

/** Tries once, says that it was refused, and waits. */
export async function waitForLock(lock: Lock): Promise<Got> {
  await lock.acquire({ timeout: 0 }).then((guard) => guard.release(), sayRefused);
  const guard = await lock.acquire();
  const at = now();
  guard.release();
  return { at, abandonedBy: guard.abandoned?.pid ?? null };
}

export async function waitForFileLock(path: string): Promise<Got> {
  using lock = new FileLock(path);
  await lock.acquire({ timeout: 0 }).then((guard) => guard.release(), sayRefused);
  await lock.acquire();
  return { at: now(), abandonedBy: null };
}

export async function waitForLockFile(path: string): Promise<Got> {
  const held = await acquireLockFile(path, () => say('refused'));
  const at = now();
  held.release();
  return { at, abandonedBy: null };
}

function sayRefused(error: unknown): void {
  if (!(error instanceof TimeoutError)) throw error;
  say('refused');
}

const POLL_MS = 5;

/** The lock that everybody writes once: a file that only one can make. Who has made it removes it when done. */
async function acquireLockFile(path: string, onFirstRefusal: () => void): Promise<Held> {
  const end = performance.now() + LIFETIME_MS;
  for (let tries = 0; performance.now() < end; tries++) {
    try {
      const fd = openSync(path, 'wx');
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return { release: () => rmSync(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (tries === 0) onFirstRefusal();
    }
    await sleep(POLL_MS);
  }
  throw new Error(`${path} was never removed.`);
}
