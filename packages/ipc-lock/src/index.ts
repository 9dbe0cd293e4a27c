/** Public names. */
export { Lock, type LockOptions, type LockWaitOptions, type LockWaitSyncOptions } from './lock.js';
export {
  type LockGrantedCallback,
  type LockInfo,
  LockManager,
  type LockManagerSnapshot,
  type LockRequestOptions,
  locks,
  type WebLock,
} from './lock-manager.js';
export type { LockMode } from './core/request-list.js';
export type { ArrayOf, ElementOf, ElementType, IntegerType } from './element-type.js';
export { type OpenSharedArrayOptions, SharedArray } from './shared-array.js';
export { Barrier, type BarrierOptions } from './barrier.js';
export { Condition } from './condition.js';
export { Event } from './event.js';
export { RLock } from './rlock.js';
export { RWLock } from './rw-lock.js';
export { BoundedSemaphore, Semaphore } from './semaphore.js';
export { Value } from './value.js';
export { type OpenSharedMemoryOptions, SharedMemory } from './shared-memory.js';
export { FileLock, type FileLockOptions, type FileLockSyncOptions } from './file-lock.js';
export { type Abandoned, type FileGuard, type Guard, type LockGuard } from './guard.js';
export type { Holder } from './backend/backend.js';
export type { SharedOption, WaitOptions, WaitSyncOptions } from './wait-options.js';
export type { PlaceOptions } from './place-options.js';
export {
  AlreadyExistsError,
  BrokenBarrierError,
  DeadlockError,
  type DeadlockParty,
  InvalidOptionError,
  LockClosedError,
  LockError,
  type LockErrorCode,
  LockFileError,
  LockUnavailableError,
  NotFoundError,
  NotHeldError,
  TimeoutError,
  TooManyClientsError,
  WouldDeadlockError,
} from './errors.js';
