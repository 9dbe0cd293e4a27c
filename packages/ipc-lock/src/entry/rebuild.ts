/**
 * What another process calls to have an object again that was sent to it. From the index, which is one file when it is
 * built: there is one of each class in a process, however it came there.
 */
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  FileLock,
  Lock,
  LockManager,
  RLock,
  RWLock,
  Semaphore,
  SharedArray,
  SharedMemory,
  Value,
} from '../index.js';
import type { ConditionAddress } from '../condition.js';
import type { LockAddress } from '../lock.js';
import type { TypedAddress } from '../typed-file.js';
import type { Address } from '../place-options.js';
import type { PrimitiveAddress } from '../primitive.js';

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
