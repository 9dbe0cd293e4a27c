/** Which way a lock is made here: decided by what the platform has, never by what fails first. */
import { memoryCalls } from '../platform/ffi.js';
import type { Address } from '../place-options.js';
import type { Mutex } from './backend.js';
import { FutexMutex } from './futex/futex-mutex.js';

/**
 * Opens the lock at the address, and makes it if need be; an address without name and id is a new one.
 *
 * @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE`; LockFileError; TooManyClientsError
 */
export function openMutex(address: Address): Mutex {
  memoryCalls();
  return FutexMutex.open(address);
}
