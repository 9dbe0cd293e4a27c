/** Which way a lock is made here: decided by what the platform has, never by what fails first. */
import type { MemoryKind } from '../core/memory-file.js';
import { memoryCalls } from '../platform/ffi.js';
import type { Address } from '../place-options.js';
import type { Monitor, Mutex } from './backend.js';
import { FutexMutex } from './futex/futex-mutex.js';
import { FutexMonitor } from './futex/futex-monitor.js';

/**
 * Opens the lock at the address, and makes it if need be; an address without name and id is a new one.
 *
 * @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE`; LockFileError; TooManyClientsError
 */
export function openMutex(address: Address, isFair: boolean): Mutex {
  memoryCalls();
  return FutexMutex.open(address, isFair);
}

/**
 * Opens what a primitive larger than the lock is built on.
 *
 * @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE`; LockFileError; TooManyClientsError
 */
export function openMonitor(kind: MemoryKind, address: Address, detail: number): Monitor {
  memoryCalls();
  return FutexMonitor.open(kind, address, detail);
}
