/**
 * Which way a lock is made here: decided by what the platform has, never by what fails first. All programs that share a
 * name have to be of one way, and the other's files are refused.
 */
import type { ObjectKind } from '../core/place.js';
import { hasMemoryCalls } from '../platform/ffi.js';
import type { Address } from '../place-options.js';
import type { Monitor, Mutex } from './backend.js';
import { FutexMonitor } from './futex/futex-monitor.js';
import { FutexMutex } from './futex/futex-mutex.js';
import { PortableMonitor } from './portable/portable-monitor.js';
import { PortableMutex } from './portable/portable-mutex.js';

const LOCK: ObjectKind = { kind: 1, ending: 'lock', noun: 'lock', keepsDescriptor: true };

/**
 * Opens the lock at the address, and makes it if need be; an address without name and id is a new one.
 *
 * @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE`; LockFileError; TooManyClientsError
 */
export function openMutex(address: Address, isFair: boolean): Mutex {
  const way = hasMemoryCalls() ? FutexMutex : PortableMutex;
  return way.open(LOCK, address, isFair ? 1 : 0);
}

/**
 * Opens what a primitive larger than the lock is built on.
 *
 * @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE`; LockFileError; TooManyClientsError
 */
export function openMonitor(kind: ObjectKind, address: Address, detail: number): Monitor {
  const way = hasMemoryCalls() ? FutexMonitor : PortableMonitor;
  return way.open(kind, address, detail);
}
