/** Options of everything that waits. */
import { InvalidOptionError } from './errors.js';
import { setTimeout, clearTimeout } from './real-timers.js';

export interface WaitSyncOptions {
  /**
   * Longest wait, in milliseconds. `0` looks once.
   *
   * @defaultValue `Infinity`
   */
  readonly timeout?: number | undefined;
}

export interface WaitOptions extends WaitSyncOptions {
  /** Gives up the wait when aborted, and rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws InvalidOptionError when the time-out is negative or not a number */
export function resolveTimeout(timeout: number | undefined): number {
  if (timeout === undefined) return Infinity;
  if (typeof timeout !== 'number' || Number.isNaN(timeout) || timeout < 0) {
    throw new InvalidOptionError(
      'timeout',
      `Option "timeout" must be 0 or more milliseconds, not ${String(timeout)}.`,
    );
  }
  return timeout;
}

/** The longest that one timer of Node can run, in milliseconds. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Something that happens once: calls back when it does, or at once if it has; returns how to hear no more of it. */
export type Subscribe = (listener: () => void) => () => void;

/**
 * Waits for an event, a time-out or an abort, whichever is first, and leaves nothing behind.
 *
 * @param event - a promise that never settles keeps what waits for it: prefer {@link Subscribe} where many may wait
 * @returns true for the event, false for the time-out
 * @throws `signal.reason` when aborted
 */
export async function waitWithin(
  event: Promise<unknown> | Subscribe,
  { timeout, signal }: WaitOptions,
): Promise<boolean> {
  signal?.throwIfAborted();
  const limit = resolveTimeout(timeout);
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  let unsubscribe: (() => void) | undefined;
  try {
    return await Promise.race([
      typeof event === 'function'
        ? new Promise<boolean>((resolve) => {
            unsubscribe = event(() => resolve(true));
          })
        : event.then(() => true),
      ...(limit <= LONGEST_TIMER_MS
        ? [
            new Promise<boolean>((resolve) => {
              timer = setTimeout(() => resolve(false), limit);
            }),
          ]
        : []),
      ...(signal === undefined
        ? []
        : [
            new Promise<never>((_, reject) => {
              onAbort = () => reject(signal.reason as Error);
              signal.addEventListener('abort', onAbort);
            }),
          ]),
    ]);
  } finally {
    clearTimeout(timer);
    unsubscribe?.();
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}
