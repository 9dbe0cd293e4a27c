/**
 * Every error that this package throws on purpose.
 *
 * Match on `code`: it survives a second copy of the package and the way between two processes,
 * `instanceof` survives neither.
 */
/** Stable identifiers of this package's errors. */
export type LockErrorCode =
  | 'ERR_LOCK_TIMEOUT'
  | 'ERR_LOCK_NOT_HELD'
  | 'ERR_LOCK_WOULD_DEADLOCK'
  | 'ERR_LOCK_DEADLOCK'
  | 'ERR_LOCK_INVALID_OPTION'
  | 'ERR_LOCK_FILE'
  | 'ERR_LOCK_BROKEN_BARRIER'
  | 'ERR_LOCK_EXISTS'
  | 'ERR_LOCK_NOT_FOUND'
  | 'ERR_LOCK_TOO_MANY_CLIENTS'
  | 'ERR_LOCK_UNAVAILABLE'
  | 'ERR_LOCK_CLOSED';

/** Base of this package's errors. */
export class LockError extends Error {
  override readonly name: string = 'LockError';
  readonly code: LockErrorCode;

  constructor(code: LockErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The lock was still held by another when time ran out. `ERR_LOCK_TIMEOUT` */
export class TimeoutError extends LockError {
  override readonly name = 'TimeoutError';
  /** The time-out that was given, in milliseconds. */
  readonly timeout: number;

  constructor(what: string, timeout: number) {
    super(
      'ERR_LOCK_TIMEOUT',
      `${what} was not free within ${timeout} ms. Wait longer, or try again later: nothing was changed.`,
    );
    this.timeout = timeout;
  }
}

/** Something was to be released that this object does not hold. `ERR_LOCK_NOT_HELD` */
export class NotHeldError extends LockError {
  override readonly name = 'NotHeldError';

  constructor(what: string) {
    super(
      'ERR_LOCK_NOT_HELD',
      `${what} is not held through this object, so it can't be released by it. ` +
        'Release it once for each acquire(), on the object that acquired it; guard.release() may be called twice.',
    );
  }
}

/** A wait that blocks the thread would wait for this very thread. `ERR_LOCK_WOULD_DEADLOCK` */
export class WouldDeadlockError extends LockError {
  override readonly name = 'WouldDeadlockError';

  constructor(what: string) {
    super(
      'ERR_LOCK_WOULD_DEADLOCK',
      `${what} is held by this thread already: while acquireSync() blocks the thread, nobody could release it. ` +
        'Use await acquire(), release it first, or try once with { timeout: 0 }.',
    );
  }
}

/** Who holds one lock of a deadlock and waits for another. */
export interface DeadlockParty {
  readonly pid: number;
  readonly holds: string;
  readonly waitsFor: string;
}

/** Several wait for each other, and would for ever; this wait, the last to begin, was given up. `ERR_LOCK_DEADLOCK` */
export class DeadlockError extends LockError {
  override readonly name = 'DeadlockError';
  /** Each waits for what the next holds, the last for what the first holds; the first is the one that gave up. */
  readonly holders: readonly DeadlockParty[];

  constructor(holders: readonly DeadlockParty[]) {
    const parties = holders.map(
      ({ pid, holds, waitsFor }) => `process ${pid} holds ${lower(holds)} and waits for ${lower(waitsFor)}`,
    );
    super(
      'ERR_LOCK_DEADLOCK',
      `A deadlock: ${parties.join('; ')}. Release what you hold and begin again, so that the others can go on, and ` +
        'take locks in one order everywhere.',
    );
    this.holders = holders;
  }
}

function lower(what: string): string {
  return what.replace(/^The /, 'the ');
}

/** An option or argument has a value that can't be used. `ERR_LOCK_INVALID_OPTION` */
export class InvalidOptionError extends LockError {
  override readonly name = 'InvalidOptionError';
  /** Name of the option. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super('ERR_LOCK_INVALID_OPTION', message, options);
    this.option = option;
  }
}

/** The file of a lock, or its folder, can't be used; the system's reason is the `cause`. `ERR_LOCK_FILE` */
export class LockFileError extends LockError {
  override readonly name = 'LockFileError';
  /** The file or folder. */
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super('ERR_LOCK_FILE', message, options);
    this.path = path;
  }
}

/** Not all parties of a barrier will come. `ERR_LOCK_BROKEN_BARRIER` */
export class BrokenBarrierError extends LockError {
  override readonly name = 'BrokenBarrierError';
  /** The party that died waiting; undefined when one gave up, or abort() or reset() was called. */
  readonly pid: number | undefined;

  constructor(what: string, { pid, cause }: { readonly pid?: number; readonly cause?: unknown } = {}) {
    super(
      'ERR_LOCK_BROKEN_BARRIER',
      `${what} is broken: ${pid === undefined ? 'a party gave up, or it was aborted or reset' : `process ${pid} died waiting`}. ` +
        'Call reset() when all parties know, and wait again.',
      { cause },
    );
    this.pid = pid;
  }
}

/** Something was to be made under a name that is taken. `ERR_LOCK_EXISTS` */
export class AlreadyExistsError extends LockError {
  override readonly name = 'AlreadyExistsError';
  /** Its file. */
  readonly path: string;

  constructor(what: string, path: string) {
    super(
      'ERR_LOCK_EXISTS',
      `${what} is there already (${path}). Open it, take another name, or unlink it first.`,
    );
    this.path = path;
  }
}

/** Something was to be opened that is not there. `ERR_LOCK_NOT_FOUND` */
export class NotFoundError extends LockError {
  override readonly name = 'NotFoundError';
  /** Where its file would be. */
  readonly path: string;

  constructor(what: string, path: string) {
    super(
      'ERR_LOCK_NOT_FOUND',
      `${what} is not there (${path}): it was not made yet, or its last user has left it. ` +
        'Make it first, and keep it open until all who need it have opened it.',
    );
    this.path = path;
  }
}

/** As many threads of as many processes use it as can. `ERR_LOCK_TOO_MANY_CLIENTS` */
export class TooManyClientsError extends LockError {
  override readonly name = 'TooManyClientsError';
  /** How many can. */
  readonly most: number;

  constructor(what: string, most: number) {
    super(
      'ERR_LOCK_TOO_MANY_CLIENTS',
      `${what} is open in ${most} threads already, the most that can have it. Close it where it is not used, ` +
        'or use several, each for a part of the work.',
    );
    this.most = most;
  }
}

/** The operating system's locks can't be reached from here. `ERR_LOCK_UNAVAILABLE` */
export class LockUnavailableError extends LockError {
  override readonly name = 'LockUnavailableError';

  constructor(reason: string, options?: ErrorOptions) {
    super('ERR_LOCK_UNAVAILABLE', reason, options);
  }
}

/** The lock object was closed. `ERR_LOCK_CLOSED` */
export class LockClosedError extends LockError {
  override readonly name = 'LockClosedError';

  constructor(what: string) {
    super('ERR_LOCK_CLOSED', `${what} was closed; open it again to use it.`);
  }
}
