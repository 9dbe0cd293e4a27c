/** Who holds the lock, as its file says and the kernel confirms. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { lockCalls } from '../../platform/ffi.js';
import { heldFlocks, startOf } from '../../platform/process-identity.js';
import { cannotOpen } from '../../files/lock-folder.js';
import { decodeRecord, type LockState } from './lock-record.js';
import { readRecord } from './record-file.js';

/** The process that holds a lock. */
export interface Holder {
  readonly pid: number;
  /** When it got the lock, as `Date.now()` counts. */
  readonly since: number;
}

/** A holder may come or go between two looks; one that is looked for so often in vain is not there. */
const LOOKS = 8;

export function readHolder(path: string): Holder | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannotOpen(path, cause as NodeJS.ErrnoException);
  }
  try {
    const { ino } = fstatSync(fd, { bigint: true });
    let holder: LockState['holder'] = null;
    for (let look = 0; look < LOOKS; look++) {
      const found = decodeRecord(readRecord(fd));
      // A record that is just being written is read again.
      if (found.kind === 'record' ? found.torn : found.kind === 'damaged') continue;
      holder = found.kind === 'record' ? found.state.holder : null;
      if (holder === null) return null;
      if (isAlive(holder) && heldFlocks()?.has(`${ino}:${holder.pid}`)) return answer(holder);
    }
    if (holder === null || !isAlive(holder)) return null;
    // The kernel's table is not there, or does not show processes of another container: ask by trying.
    if (!lockCalls().tryFlock(fd, 'shared')) return answer(holder);
    return null;
  } finally {
    closeSync(fd);
  }
}

function answer({ pid, since }: Holder): Holder {
  return { pid, since };
}

function isAlive({ pid, start }: { readonly pid: number; readonly start: bigint }): boolean {
  const now = startOf(pid);
  if (now !== undefined) return now === start;
  if (process.platform === 'linux') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
