/** Options of everything that waits, checked once at the edge. */
import { InvalidOptionError } from './errors.js';
import { inspect } from './platform/lazy-builtins.js';

/** Options of a wait that blocks the thread. */
export interface WaitSyncOptions {
  /**
   * Longest wait, in milliseconds. `0` tries once.
   *
   * @defaultValue `Infinity`
   */
  readonly timeout?: number | undefined;
}

/** Options of a wait. */
export interface WaitOptions extends WaitSyncOptions {
  /** Gives up the wait when aborted, and rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a wait for a lock that several may hold together. */
export interface SharedOption {
  /**
   * True for a lock that others may share, false for one that excludes all others.
   *
   * @defaultValue `false`
   */
  readonly shared?: boolean | undefined;
}

/** All that a wait needs to know, complete. */
export interface ResolvedWait {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly shared: boolean;
}

/**
 * Checks the options of a wait.
 *
 * @throws InvalidOptionError `ERR_LOCK_INVALID_OPTION`, naming the option and what was given
 */
export function resolveWait(options: (WaitOptions & SharedOption) | undefined): ResolvedWait {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw new InvalidOptionError('options', `Options must be an object, not ${inspect(options)}.`);
  }
  const { timeout = Infinity, signal, shared = false } = options ?? {};
  if (typeof timeout !== 'number' || Number.isNaN(timeout) || timeout < 0) {
    throw new InvalidOptionError(
      'timeout',
      `Option "timeout" must be 0 or more milliseconds, not ${inspect(timeout)}.`,
    );
  }
  // By shape: a signal may come from another realm.
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new InvalidOptionError(
      'signal',
      `Option "signal" must be an AbortSignal, not ${inspect(signal, { depth: 0 })}.`,
    );
  }
  if (typeof shared !== 'boolean') {
    throw new InvalidOptionError('shared', `Option "shared" must be true or false, not ${inspect(shared)}.`);
  }
  return { timeout, signal, shared };
}
