/** What another process calls to have a lock again that was sent to it. */
import { FileLock } from '../file-lock.js';
import { Lock, type LockAddress } from '../lock.js';

export function rebuildLock(address: LockAddress): Lock {
  return Lock.at(address);
}

export function rebuildFileLock(path: string): FileLock {
  return new FileLock(path);
}
