/** Public names. */
export { Lock, type LockOptions } from './lock.js';
export { FileLock, type FileLockOptions, type FileLockSyncOptions } from './file-lock.js';
export { type Abandoned, type FileGuard, type Guard, type LockGuard } from './guard.js';
export type { Holder } from './backend/flock/holder.js';
export type { SharedOption, WaitOptions, WaitSyncOptions } from './wait-options.js';
export {
  InvalidOptionError,
  LockClosedError,
  LockError,
  type LockErrorCode,
  LockFileError,
  LockUnavailableError,
  NotHeldError,
  TimeoutError,
  WouldDeadlockError,
} from './errors.js';
