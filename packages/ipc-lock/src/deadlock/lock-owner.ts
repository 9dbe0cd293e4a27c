/**
 * Who holds which locks in this thread, as far as deadlocks are looked for.
 *
 * A lock belongs to a chain of calls: what is called inside of `runExclusive` holds what the chain holds. Outside of
 * every `runExclusive` the owner is the thread as a whole.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { asyncHooks } from '../platform/lazy-builtins.js';

/** A lock, as far as others have to know it. */
export interface KnownLock {
  /** Of its file: the same in all processes. */
  readonly path: string;
  /** What an error calls it. */
  readonly what: string;
}

export interface LockOwner {
  readonly holds: Set<KnownLock>;
  readonly parent: LockOwner | undefined;
}

const thread: LockOwner = { holds: new Set(), parent: undefined };
let chains: AsyncLocalStorage<LockOwner> | undefined;

export function currentOwner(): LockOwner {
  return chains?.getStore() ?? thread;
}

/** Runs `work`, and all that it calls, as an owner that holds what its caller does, and more of its own. */
export function asOwner<T>(owner: LockOwner, work: () => T): T {
  chains ??= new (asyncHooks().AsyncLocalStorage)();
  return chains.run(owner, work);
}

export function newOwner(): LockOwner {
  return { holds: new Set(), parent: currentOwner() };
}

/** All that it holds, itself or as part of its callers. */
export function allHeldBy(owner: LockOwner): KnownLock[] {
  return [...owner.holds, ...(owner.parent === undefined ? [] : allHeldBy(owner.parent))];
}
