/** A process that holds a lock is killed while another waits for it. */
import { join } from 'node:path';
import { Lock } from 'ipc-lock';
import { now } from './clock.js';
import type { Measuring } from './experiment.js';
import { hear } from './meeting.js';
import { program } from './program-urls.js';
import type { Got } from './programs/locks.js';

export interface KilledHolderFigures {
  readonly holder: number;
  /** Whether the one who waits was kept out while the holder was alive. */
  readonly wasKeptOut: boolean;
  /** Milliseconds after the holder's death until it had the lock; null when it did not get it. */
  readonly gotAfter: number | null;
  /** Who it was told died with the lock. */
  readonly abandonedBy: number | null;
}

/** How long one is watched who will never get it. */
export const WATCHED_MS = 1500;

type Kind = 'lock' | 'file-lock' | 'lock-file';

const roles = {
  lock: ['holdLock', 'waitForLock'],
  'file-lock': ['holdFileLock', 'waitForFileLock'],
  'lock-file': ['holdLockFile', 'waitForLockFile'],
} as const;

/** `lock` and `file-lock` are ours; `lock-file` is written by hand. */
export async function killHolder(measuring: Measuring, kind: Kind): Promise<KilledHolderFigures> {
  const [hold, wait] = roles[kind];
  const shared = kind === 'lock' ? new Lock() : join(measuring.folder, 'db.lock');
  if (shared instanceof Lock) measuring.defer(() => shared.close());
  const holder = measuring.start({ target: program('locks', hold), args: [shared] });
  await hear(holder, 'held');
  const waiter = measuring.start<Got>({ target: program('locks', wait), args: [shared] });
  const wasKeptOut = await Promise.race([
    hear(waiter, 'refused').then(() => true),
    waiter.result.then(() => false),
  ]);
  const pid = holder.pid as number;
  const killed = now();
  holder.kill();
  await holder.join();
  const gotIt = await waiter.join(kind === 'lock-file' ? { timeout: WATCHED_MS } : {});
  if (!gotIt) return { holder: pid, wasKeptOut, gotAfter: null, abandonedBy: null };
  const { at, abandonedBy } = await waiter.result;
  return { holder: pid, wasKeptOut, gotAfter: at - killed, abandonedBy };
}
