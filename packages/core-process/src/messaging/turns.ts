/**
 * Looks at rings in every turn of the event loop, for a short while after there was something: a message that comes
 * in this time needs no system call on either side.
 *
 * Only on a machine where the other process can run meanwhile; and only for links whose messages usually come in
 * such a time, so that what takes longer does not keep a processor busy.
 */
import { availableParallelism } from 'node:os';
import { perProcess } from '../per-process.js';
import { setImmediate, monotonicNow } from '../real-timers.js';

/** The longest look. */
export const LOOK_MS = availableParallelism() > 1 ? 0.15 : 0;

export interface Looker {
  /** While the thread is blocked, too: see blocking-turn.ts. */
  readonly isServed: boolean;
  /** @returns false when it need not be called in the next turn */
  look(now: number): boolean;
}

const turnsOf = perProcess(() => ({
  lookers: new Set<Looker>(),
  immediate: undefined as NodeJS.Immediate | undefined,
}));

/** Calls `look` in every turn until it answers false. */
export function lookEveryTurn(looker: Looker): void {
  const turns = turnsOf();
  turns.lookers.add(looker);
  turns.immediate ??= setImmediate(lookOnce);
}

/** Whether an entry of process.getActiveResourcesInfo() is this module's. */
export function isLooking(): boolean {
  return turnsOf().immediate !== undefined;
}

function lookOnce(): void {
  const turns = turnsOf();
  turns.immediate = undefined;
  const now = monotonicNow();
  for (const looker of turns.lookers) if (!looker.look(now)) turns.lookers.delete(looker);
  if (turns.lookers.size > 0) turns.immediate ??= setImmediate(lookOnce);
}

/**
 * One look without the event loop, at those that are served while the thread is blocked. The others are looked at when
 * the loop turns again.
 *
 * @returns true while one of them expects something in a moment
 */
export function lookNow(): boolean {
  const { lookers } = turnsOf();
  const now = monotonicNow();
  let isSoonExpected = false;
  for (const looker of lookers) {
    if (!looker.isServed) continue;
    if (looker.look(now)) isSoonExpected = true;
    else lookers.delete(looker);
  }
  return isSoonExpected;
}
