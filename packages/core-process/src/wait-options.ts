/** Options of everything that waits. */
import { InvalidOptionError } from './errors.js';

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
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for an event, a time-out or an abort, whichever is first, and leaves nothing behind.
 *
 * @returns true for the event, false for the time-out
 * @throws `signal.reason` when aborted
 */
export async function waitWithin(
  event: Promise<unknown>,
  { timeout, signal }: WaitOptions,
): Promise<boolean> {
  signal?.throwIfAborted();
  const limit = resolveTimeout(timeout);
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await Promise.race([
      event.then(() => true),
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
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}
