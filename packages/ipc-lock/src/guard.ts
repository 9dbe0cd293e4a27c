/** One grant of a lock. Releasing it twice is not an error: a `finally` and a `using` may both do it. */

/** Who died while holding a lock. */
export interface Abandoned {
  /** Process id of the dead holder; may have been given to another process since. */
  readonly pid: number;
  /** When it had got the lock, as `Date.now()` counts, to a turn of its event loop. */
  readonly since: number;
  /** The dead holder's token, to tell its writes from ours. */
  readonly token: bigint;
}

/** A held lock. */
export interface Guard extends Disposable, AsyncDisposable {
  /** False once it was released, by this guard or through its lock object. */
  readonly held: boolean;
  /** Releases the lock; does nothing when it was released before. */
  release(): void;
}

/** Runs `work` with what the guard holds, and releases it however `work` ends. */
export async function workUnder<G extends Guard, T>(
  guard: G,
  work: (guard: G) => T | PromiseLike<T>,
): Promise<T> {
  try {
    return await work(guard);
  } finally {
    guard.release();
  }
}

/** What a guard can do to the lock object that gave it. */
export interface GrantOwner<G extends object> {
  /** @param token - of the grant; 0 if it has none */
  holds(grant: G, token: number): boolean;
  letGo(grant: G): void;
}

/** A held lock on a file. */
export class FileGuard implements Guard {
  /** True when others may hold it together with us. */
  readonly shared: boolean;
  readonly #owner: GrantOwner<object>;
  readonly #grant: object;

  /** @internal */
  constructor(owner: GrantOwner<object>, grant: object, shared: boolean) {
    this.#owner = owner;
    this.#grant = grant;
    this.shared = shared;
  }

  get held(): boolean {
    return this.#owner.holds(this.#grant, 0);
  }

  release(): void {
    if (this.held) this.#owner.letGo(this.#grant);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}

/** A held `Lock`. */
export class LockGuard implements Guard {
  /** The holder before, when it died with the lock: what it was changing may be half done. Told to one grant only. */
  readonly abandoned: Abandoned | null;
  readonly #owner: GrantOwner<object>;
  readonly #token: number;

  /** @internal */
  constructor(owner: GrantOwner<object>, token: number, abandoned: Abandoned | null) {
    this.#owner = owner;
    this.#token = token;
    this.abandoned = abandoned;
  }

  /**
   * Grows with each grant of this lock, in whichever process. Write it beside what you write elsewhere, and let
   * that place refuse a smaller one: then nothing written late by an earlier holder can do harm.
   */
  get token(): bigint {
    return BigInt(this.#token);
  }

  get held(): boolean {
    return this.#owner.holds(this, this.#token);
  }

  release(): void {
    if (this.held) this.#owner.letGo(this);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
