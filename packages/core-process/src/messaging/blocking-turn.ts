/**
 * Turns without the event loop: while a call blocks the thread, messages come in and go out all the same.
 *
 * What queues live from is served: their links, those who connect, and what a child writes to its pipes (a child that
 * waits for room there would wait for us as we wait for it). No callback of the program runs, and nothing else goes on:
 * timers, pools, pipes between processes and signal handlers wait until the loop turns again.
 *
 * Rings are looked at as in turns.ts; a ring that nobody looks at has a bell, which wakes poll(2).
 */
import { BlockingUnavailableError } from '../errors.js';
import { libC } from '../os/ffi.js';
import { type Interest, pollDescriptors } from '../os/poll.js';
import { perProcess } from '../per-process.js';
import { lookNow } from './turns.js';
import { monotonicNow } from '../real-timers.js';

/** A descriptor from which, or to which, something goes while the thread is blocked. */
export interface Source extends Interest {
  /** Below 0 while there is none. */
  readonly fd: number;
  /** As poll(2) has it; 0 when it waits for nothing. */
  readonly events: number;
  onReady(): void;
  /** The event loop stands still from now on, and may do so once more. */
  onBlocked?(): void;
  /** It turns again. */
  onUnblocked?(): void;
}

/** No descriptor waits for longer, in milliseconds: not behind busy rings, nor behind calls that have no need to wait. */
const UNHEARD_MS = 1;

const turnsOf = perProcess(() => ({
  sources: new Set<Source>(),
  blocking: [] as string[],
  /** When descriptors were last looked at, on the clock of performance.now(). */
  heardAt: 0,
}));

/** Lets a source take part, in this process and not in its copies. @returns takes it out again */
export function addSource(source: Source): () => void {
  const { sources } = turnsOf();
  sources.add(source);
  return () => sources.delete(source);
}

/** Whether this thread can wait for others without its event loop. */
export function canBlock(): boolean {
  return libC() !== undefined;
}

/** True within {@link block}: what is written has to leave without the event loop. */
export function isBlocked(): boolean {
  return turnsOf().blocking.length > 0;
}

/** Runs what may call {@link turnUntil}. @param call - whose work it is */
export function block<T>(call: string, work: () => T): T {
  const { blocking, sources, heardAt } = turnsOf();
  blocking.push(call);
  try {
    if (monotonicNow() - heardAt > UNHEARD_MS) turnOnce();
    return work();
  } finally {
    blocking.pop();
    if (blocking.length === 0) for (const source of sources) source.onUnblocked?.();
  }
}

/**
 * Blocks the thread until something that others bring about is there.
 *
 * @param deadline - milliseconds on the clock of performance.now(); Infinity waits without end
 * @returns false at the deadline
 * @throws BlockingUnavailableError when it is not there, and nothing can be waited for
 */
export function turnUntil(isThere: () => boolean, deadline: number): boolean {
  while (!isThere()) {
    const now = monotonicNow();
    const left = deadline - now;
    if (!lookNow() || left <= 0 || now - turnsOf().heardAt > UNHEARD_MS) letIn(isThere, left);
    if (left <= 0) return isThere();
  }
  return true;
}

/** Lets in what has come until now. */
export function turnOnce(): void {
  turnUntil(() => false, 0);
}

function letIn(isThere: () => boolean, milliseconds: number): void {
  const turns = turnsOf();
  const { sources, blocking } = turns;
  if (!canBlock()) {
    if (milliseconds <= 0) return;
    throw new BlockingUnavailableError(blocking.at(-1) as string);
  }
  for (const source of sources) source.onBlocked?.();
  // In this order: a ring that is looked at has no bell.
  const isSoonExpected = lookNow();
  if (isThere()) return;
  const waiting = [...sources].filter(({ fd, events }) => fd >= 0 && events !== 0);
  const ready = pollDescriptors(waiting, isSoonExpected ? 0 : milliseconds);
  turns.heardAt = monotonicNow();
  waiting.forEach((source, index) => {
    if (ready[index] !== 0) source.onReady();
  });
}
