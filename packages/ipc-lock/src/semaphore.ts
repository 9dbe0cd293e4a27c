/** Permits between processes. */
import { coarseNow } from './core/coarse-clock.js';
import type { ObjectKind } from './core/place.js';
import { FIRST_OWN, FIRST_SHARED, LAST_TOKEN, SINCE } from './core/region-layout.js';
import { nextToken } from './core/token.js';
import { InvalidOptionError, NotHeldError, WouldDeadlockError } from './errors.js';
import { type Abandoned, LockGuard, workUnder } from './guard.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { abandonedBy, Primitive, type PrimitiveAddress } from './primitive.js';
import type { WaitOptions, WaitSyncOptions } from './wait-options.js';
import { inspect } from './platform/lazy-builtins.js';

const KIND: ObjectKind = {
  kind: 2,
  ending: 'semaphore',
  noun: 'semaphore',
  keepsDescriptor: true,
  isOwed: (held) => held > 0,
};
const BOUNDED_KIND: ObjectKind = { ...KIND, kind: 3, ending: 'bounded', noun: 'bounded semaphore' };

/** Permits that were added by those who had none. */
const ADDED = FIRST_SHARED;
/** Of a row: permits that the client has. */
const HELD = FIRST_OWN;

/**
 * A number of permits, each of which one task of one process has at a time.
 *
 * A process that dies gives its permits back, and who gets one next is told by `guard.abandoned`. A release by an
 * object that has none adds a permit, as in CPython; {@link BoundedSemaphore} refuses it.
 */
export class Semaphore extends Primitive {
  readonly #guards = new Set<LockGuard>();

  /**
   * Makes a semaphore without a name, to be passed to children.
   *
   * @param value - permits that there are in the beginning, 0 or more
   */
  constructor(value?: number, options?: PlaceOptions);
  /** @internal */
  constructor(value: number, options: undefined, address: Address, kind?: ObjectKind, rebuild?: string);
  constructor(
    value = 1,
    options?: PlaceOptions,
    address: Address = { directory: resolveDirectory(options) },
    kind = KIND,
    rebuild = 'rebuildSemaphore',
  ) {
    super(kind, rebuild, address, resolveValue(value));
  }

  /** Opens the semaphore of that name; it is made, with that value, if it is not there. All must name one value. */
  static open(name: string, value = 1, options?: PlaceOptions): Semaphore {
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'a semaphore') };
    return new Semaphore(value, undefined, address);
  }

  /** @internal */
  static at(address: PrimitiveAddress): Semaphore {
    return new Semaphore(address.detail, undefined, address);
  }

  /** Permits that are free at this moment. */
  get value(): number {
    this.throwIfClosed();
    return this.monitor.look(() => Math.max(0, this.#countFree()));
  }

  /**
   * Waits until this object has a permit. In this process those who wait get it in the order they asked.
   *
   * @param options.timeout - milliseconds; 0 tries once; omitted waits without end
   * @param options.signal - gives up when aborted, and rejects with `signal.reason`
   * @throws {TimeoutError} `ERR_LOCK_TIMEOUT`
   * @throws {LockClosedError} `ERR_LOCK_CLOSED`
   */
  async acquire(options?: WaitOptions): Promise<LockGuard> {
    return await this.waitFor(options, this.#take);
  }

  /**
   * The same, blocking the thread.
   *
   * @throws {WouldDeadlockError} `ERR_LOCK_WOULD_DEADLOCK` when this thread has all permits of a bounded one
   */
  acquireSync(options?: WaitSyncOptions): LockGuard {
    return this.waitForSync(options, () => {
      const guard = this.#take();
      // Only where nobody else could add one.
      const isAllOurs = guard === undefined && this.isBounded && this.#countHeldByUs() >= this.#countAll();
      if (isAllOurs && options?.timeout !== 0) throw new WouldDeadlockError(this.monitor.what);
      return guard;
    });
  }

  /** Runs `work` with a permit, and gives it back however `work` ends. */
  async run<T>(work: (guard: LockGuard) => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    return await workUnder(await this.acquire(options), work);
  }

  /** Gives back the oldest permit that this object has; adds one when it has none. */
  release(): void {
    this.throwIfClosed();
    const [guard] = this.#guards;
    if (guard !== undefined) guard.release();
    else this.addPermit();
  }

  /** @internal */
  protected get isBounded(): boolean {
    return false;
  }

  /** @internal */
  protected addPermit(): void {
    this.monitor.update(() => Atomics.add(this.monitor.words, ADDED, 1));
  }

  protected override giveBackAll(): void {
    for (const guard of this.#guards) guard.release();
  }

  readonly #owner = {
    holds: (guard: object): boolean => this.#guards.has(guard as LockGuard),
    letGo: (guard: object): void => {
      this.#guards.delete(guard as LockGuard);
      this.monitor.update(() => Atomics.sub(this.monitor.words, this.monitor.clients.row + HELD, 1));
    },
  };

  readonly #take = (): LockGuard | undefined => {
    const { monitor } = this;
    let abandoned: Abandoned | null = null;
    if (this.#countFree() <= 0) {
      abandoned = this.#takeFromTheDead();
      if (abandoned === null) return undefined;
    }
    const { row } = monitor.clients;
    const token = nextToken(monitor.numbers);
    monitor.numbers[(row + LAST_TOKEN) / 2] = token;
    monitor.numbers[(row + SINCE) / 2] = coarseNow();
    Atomics.add(monitor.words, row + HELD, 1);
    const guard = new LockGuard(this.#owner, token, abandoned);
    this.#guards.add(guard);
    monitor.orElse(() => this.#guards.delete(guard));
    return guard;
  };

  #countAll(): number {
    return this.monitor.detail + Atomics.load(this.monitor.words, ADDED);
  }

  #countHeldByUs(): number {
    return Atomics.load(this.monitor.words, this.monitor.clients.row + HELD);
  }

  #countFree(): number {
    const { words, clients } = this.monitor;
    let free = this.#countAll();
    for (const row of clients.rows()) free -= Atomics.load(words, row + HELD);
    return free;
  }

  /** Frees one permit of a dead client; its row is what is told, to one grant for each permit. */
  #takeFromTheDead(): Abandoned | null {
    const { words, clients } = this.monitor;
    for (const row of clients.rows()) {
      const held = Atomics.load(words, row + HELD);
      if (held <= 0 || clients.isRowAlive(row)) continue;
      const left = abandonedBy(this.monitor, row);
      // First it is free, then ours: whoever dies in between takes the report along, and not the permit.
      if (Atomics.compareExchange(words, row + HELD, held, held - 1) === held) return left;
    }
    return null;
  }
}

/** A semaphore that refuses a release by an object that has no permit. */
export class BoundedSemaphore extends Semaphore {
  /** @param value - permits that there are, 1 or more */
  constructor(value?: number, options?: PlaceOptions);
  /** @internal */
  constructor(value: number, options: undefined, address: Address);
  constructor(
    value = 1,
    options?: PlaceOptions,
    address: Address = { directory: resolveDirectory(options) },
  ) {
    super(value, undefined, address, BOUNDED_KIND, 'rebuildBoundedSemaphore');
  }

  static override open(name: string, value = 1, options?: PlaceOptions): BoundedSemaphore {
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'a semaphore') };
    return new BoundedSemaphore(value, undefined, address);
  }

  /** @internal */
  static override at(address: PrimitiveAddress): BoundedSemaphore {
    return new BoundedSemaphore(address.detail, undefined, address);
  }

  protected override get isBounded(): boolean {
    return true;
  }

  /** @throws {NotHeldError} `ERR_LOCK_NOT_HELD` */
  protected override addPermit(): void {
    throw new NotHeldError(this.monitor.what);
  }
}

function resolveValue(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0 && value < 2 ** 31) return value;
  throw new InvalidOptionError(
    'value',
    `The value of a semaphore must be a whole number from 0 on, not ${inspect(value)}.`,
  );
}
