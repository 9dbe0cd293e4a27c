/**
 * What locks and the other primitives are made of, whichever way: the classes that people use know nothing more of a
 * back end.
 *
 * One object stands for one lock in one thread, however many `Lock` objects share it.
 */
import type { LocalQueue } from '../core/local-queue.js';
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
  /** Of its file, or folder. */
  readonly path: string;
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
  /**
   * Blocks the thread.
   *
   * @param beforeSleep - called before each of the short sleeps; what it throws ends the wait
   * @throws TimeoutError; WouldDeadlockError when this thread holds it
   */
  acquireSync(timeout: number, beforeSleep?: () => void): MutexGrant;
  /** Only for the one who holds it. */
  release(): void;
  holder(): Holder | null;
  /** Ends one use of it; to be called once for each time that it was opened. */
  leave(): void;
}

/** Those who have a primitive open: one client a thread, one row a client. */
export interface ClientRows {
  /** This thread, as words have it: never 0, and never another's later. */
  readonly self: number;
  /** Index of this thread's row among the words. */
  readonly row: number;
  /** Rows that are or were in use: the index of each among the words. */
  rows(): Iterable<number>;
  /** False when whoever last had the row has ended. */
  isRowAlive(row: number): boolean;
  pidOfRow(row: number): number;
  /** False when the client has ended, whatever its slot is now. */
  isAlive(client: number): boolean;
}

/** Looks at the state, and takes what it gives; undefined when there is nothing to take yet. */
export type Take<T> = () => T | undefined;

/** What every primitive but the lock is built on: a state that clients share, and a way to wait for a change of it. */
export interface Monitor {
  readonly address: Address;
  /** Of its file, or folder. */
  readonly path: string;
  /** What an error calls it. */
  readonly what: string;
  /** The number that it was made with. */
  readonly detail: number;
  /** The state, see core/region-layout.ts; only inside of a `take`, {@link look} or {@link update}. */
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly clients: ClientRows;
  /** Order in this process. */
  readonly local: LocalQueue;
  /** Tries until `take` gives something; nobody else looks or takes meanwhile. */
  wait<T>(wait: PendingWait, take: Take<T>): Promise<T>;
  /** The same, blocking the thread. @returns undefined when time ran out */
  waitSync<T>(timeout: number, take: Take<T>): T | undefined;
  /** Reads the state as it is now. */
  look<T>(read: () => T): T;
  /** Changes this client's row, or a shared word, by one store, and tells those who wait. */
  update(change: () => void): void;
  /** Tells those who wait that there is something to look at; inside of a `take`. */
  changed(): void;
  /** Inside of a `take`: has `undo` called if the change can't be told to the others, which did not happen then. */
  orElse(undo: () => void): void;
  /** A text that all share, replaced as a whole; only inside of a `take`. Empty in the beginning. */
  document: string;
  leave(): void;
}
