/**
 * What a lock is made of, whichever way: the classes that people use know nothing more of a back end.
 *
 * One object stands for one lock in one thread, however many `Lock` objects share it.
 */
import type { PendingWait } from '../core/pending-wait.js';
import type { Abandoned } from '../guard.js';
import type { Address } from '../place-options.js';

/** The process that holds a lock. */
export interface Holder {
  readonly pid: number;
  /** When it got the lock, as `Date.now()` counts, to a turn of its event loop. */
  readonly since: number;
}

/** One grant. */
export interface MutexGrant {
  /** A whole number, greater than that of every grant before; exact up to 2^53. */
  readonly token: number;
  readonly abandoned: Abandoned | null;
}

/** A lock that one task of one process holds at a time. */
export interface Mutex {
  /** Where it is, for another process. */
  readonly address: Address;
  /** What an error calls it. */
  readonly what: string;
  /** Takes it if nobody has it and nobody died with it. @returns the token, or 0 */
  tryAcquire(): number;
  /** The same for a task, which does not go ahead of those that wait in this thread. */
  tryAcquireInTurn(): number;
  /** @throws whatever ended `wait` */
  acquire(wait: PendingWait): Promise<MutexGrant>;
  /** Blocks the thread. @throws TimeoutError; WouldDeadlockError when this thread holds it */
  acquireSync(timeout: number): MutexGrant;
  /** Only for the one who holds it. */
  release(): void;
  holder(): Holder | null;
  /** Ends one use of it; to be called once for each time that it was opened. */
  leave(): void;
}
