/** What another process calls to have an object again that was sent to it. */
import { Barrier } from '../barrier.js';
import { Condition, type ConditionAddress } from '../condition.js';
import { Event } from '../event.js';
import type { TypedAddress } from '../typed-file.js';
import { FileLock } from '../file-lock.js';
import { Lock, type LockAddress } from '../lock.js';
import { LockManager } from '../lock-manager.js';
import type { Address } from '../place-options.js';
import type { PrimitiveAddress } from '../primitive.js';
import { RLock } from '../rlock.js';
import { RWLock } from '../rw-lock.js';
import { BoundedSemaphore, Semaphore } from '../semaphore.js';
import { SharedArray } from '../shared-array.js';
import { SharedMemory } from '../shared-memory.js';
import { Value } from '../value.js';

export function rebuildLock(address: LockAddress): Lock {
  return Lock.at(address);
}

export function rebuildFileLock(path: string): FileLock {
  return new FileLock(path);
}

export function rebuildSharedMemory(address: Address): SharedMemory {
  return SharedMemory.at(address);
}

export function rebuildValue(address: TypedAddress): unknown {
  return Value.at(address);
}

export function rebuildSharedArray(address: TypedAddress): unknown {
  return SharedArray.at(address);
}

export function rebuildSemaphore(address: PrimitiveAddress): Semaphore {
  return Semaphore.at(address);
}

export function rebuildBoundedSemaphore(address: PrimitiveAddress): BoundedSemaphore {
  return BoundedSemaphore.at(address);
}

export function rebuildRLock(address: Address): RLock {
  return RLock.at(address);
}

export function rebuildRWLock(address: PrimitiveAddress): RWLock {
  return RWLock.at(address);
}

export function rebuildCondition(address: ConditionAddress): Condition {
  return Condition.at(address);
}

export function rebuildLockManager(address: PrimitiveAddress): LockManager {
  return LockManager.at(address);
}

export function rebuildEvent(address: PrimitiveAddress): Event {
  return Event.at(address);
}

export function rebuildBarrier(address: PrimitiveAddress): Barrier {
  return Barrier.at(address);
}
