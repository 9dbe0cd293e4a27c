/** A lock that readers share and writers have alone. */
import { coarseNow } from './core/coarse-clock.js';
import type { ObjectKind } from './core/place.js';
import { FIRST_OWN, LAST_TOKEN, SINCE } from './core/region-layout.js';
import { nextToken } from './core/token.js';
import { NotHeldError, WouldDeadlockError } from './errors.js';
import { type Abandoned, LockGuard, workUnder } from './guard.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { abandonedBy, Primitive, type PrimitiveAddress } from './primitive.js';
import type { WaitOptions, WaitSyncOptions } from './wait-options.js';

/** Of a row: how many readers the client has. */
const READERS = FIRST_OWN;
/** Of a row: what its writer does. */
const WRITER = FIRST_OWN + 1;
const WRITES = 1;
const WANTS_TO_WRITE = 2;

const KIND: ObjectKind = {
  kind: 5,
  ending: 'rwlock',
  noun: 'read-write lock',
  keepsDescriptor: true,
  isOwed: (_, writer) => writer === WRITES,
};

/**
 * A lock that any number of readers share, or one writer has alone.
 *
 * A writer that waits goes ahead of readers that come later. One that dies gives the lock up, and the next to get it,
 * reader or writer, is told by `guard.abandoned`; a reader that dies has changed nothing, and nobody is told.
 */
export class RWLock extends Primitive {
  readonly #readers = new Set<LockGuard>();
  #writer: LockGuard | undefined;

  /** Makes a lock without a name, to be passed to children. */
  constructor(options?: PlaceOptions);
  /** @internal */
  constructor(options: undefined, address: Address);
  constructor(options?: PlaceOptions, address: Address = { directory: resolveDirectory(options) }) {
    super(KIND, 'rebuildRWLock', address, 0);
  }

  /** Opens the lock of that name, and makes it if need be. */
  static open(name: string, options?: PlaceOptions): RWLock {
    return new RWLock(undefined, {
      directory: resolveDirectory(options),
      name: resolveName(name, 'a read-write lock'),
    });
  }

  /** @internal */
  static at(address: PrimitiveAddress): RWLock {
    return new RWLock(undefined, address);
  }

  /** True while this object writes. */
  get writing(): boolean {
    return this.#writer !== undefined;
  }

  /** How often this object reads. */
  get reading(): number {
    return this.#readers.size;
  }

  /** Waits until this object may read, together with other readers. See {@link Lock.acquire} for the options. */
  async acquireRead(options?: WaitOptions): Promise<LockGuard> {
    return await this.waitFor(options, this.#takeToRead);
  }

  /** The same, blocking the thread. */
  acquireReadSync(options?: WaitSyncOptions): LockGuard {
    return this.waitForSync(options, () => {
      const guard = this.#takeToRead();
      if (guard === undefined && this.#own(WRITER) === WRITES) this.#throwIfBlocking(options);
      return guard;
    });
  }

  /** Waits until this object alone may write. */
  async acquireWrite(options?: WaitOptions): Promise<LockGuard> {
    try {
      return await this.waitFor(options, this.#takeToWrite);
    } catch (error) {
      this.#noLongerWantsToWrite();
      throw error;
    }
  }

  /**
   * The same, blocking the thread.
   *
   * @throws {WouldDeadlockError} `ERR_LOCK_WOULD_DEADLOCK` when this thread reads or writes already
   */
  acquireWriteSync(options?: WaitSyncOptions): LockGuard {
    try {
      return this.waitForSync(options, () => {
        const guard = this.#takeToWrite();
        if (guard === undefined && (this.#own(WRITER) === WRITES || this.#own(READERS) > 0)) {
          this.#throwIfBlocking(options);
        }
        return guard;
      });
    } catch (error) {
      this.#noLongerWantsToWrite();
      throw error;
    }
  }

  /** Runs `work` while reading. */
  async runRead<T>(work: (guard: LockGuard) => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    return await workUnder(await this.acquireRead(options), work);
  }

  /** Runs `work` while writing. */
  async runWrite<T>(work: (guard: LockGuard) => T | PromiseLike<T>, options?: WaitOptions): Promise<T> {
    return await workUnder(await this.acquireWrite(options), work);
  }

  /** Ends writing, or the oldest reading, of this object. @throws {NotHeldError} `ERR_LOCK_NOT_HELD` */
  release(): void {
    this.throwIfClosed();
    const guard = this.#writer ?? [...this.#readers][0];
    if (guard === undefined) throw new NotHeldError(this.monitor.what);
    guard.release();
  }

  protected override giveBackAll(): void {
    this.#writer?.release();
    for (const guard of this.#readers) guard.release();
  }

  readonly #owner = {
    holds: (guard: object): boolean => this.#writer === guard || this.#readers.has(guard as LockGuard),
    letGo: (guard: object): void => {
      const { words, clients } = this.monitor;
      const wasWriter = this.#writer === guard;
      if (wasWriter) this.#writer = undefined;
      else this.#readers.delete(guard as LockGuard);
      this.monitor.update(() => {
        if (wasWriter) Atomics.store(words, clients.row + WRITER, 0);
        else Atomics.sub(words, clients.row + READERS, 1);
      });
    },
  };

  readonly #takeToRead = (): LockGuard | undefined => {
    const { words, clients } = this.monitor;
    for (const row of clients.rows()) {
      const writer = Atomics.load(words, row + WRITER);
      // A writer of this thread that only waits has its place in the queue of this thread.
      const isInTheWay = row === clients.row ? writer === WRITES : writer !== 0;
      if (isInTheWay && !this.#isOver(row)) return undefined;
    }
    const guard = this.#enter();
    Atomics.add(words, clients.row + READERS, 1);
    this.#readers.add(guard);
    this.monitor.orElse(() => this.#readers.delete(guard));
    return guard;
  };

  readonly #takeToWrite = (): LockGuard | undefined => {
    const { words, clients } = this.monitor;
    let isFree = true;
    for (const row of clients.rows()) {
      const isInTheWay =
        Atomics.load(words, row + READERS) > 0 || Atomics.load(words, row + WRITER) === WRITES;
      if (isInTheWay && !this.#isOver(row)) isFree = false;
    }
    if (!isFree) {
      // Not while this thread writes: the word says so, and its readers wait for it anyway.
      Atomics.compareExchange(words, clients.row + WRITER, 0, WANTS_TO_WRITE);
      return undefined;
    }
    const guard = this.#enter();
    Atomics.store(words, clients.row + WRITER, WRITES);
    this.#writer = guard;
    this.monitor.orElse(() => (this.#writer = undefined));
    return guard;
  };

  /** True when the client is dead: then it is not in the way, and {@link #enter} tells if it wrote. */
  #isOver(row: number): boolean {
    const { words, clients } = this.monitor;
    if (clients.isRowAlive(row)) return false;
    Atomics.store(words, row + READERS, 0);
    Atomics.compareExchange(words, row + WRITER, WANTS_TO_WRITE, 0);
    return true;
  }

  /** Only when nobody who lives is in the way: whoever still reads or writes is dead, and has nothing any more. */
  #enter(): LockGuard {
    const { monitor } = this;
    const { row: own } = monitor.clients;
    let abandoned: Abandoned | null = null;
    for (const row of monitor.clients.rows()) {
      if (row === own || Atomics.load(monitor.words, row + WRITER) !== WRITES) continue;
      abandoned = abandonedBy(monitor, row);
      Atomics.store(monitor.words, row + WRITER, 0);
    }
    const token = nextToken(monitor.numbers);
    monitor.numbers[(own + LAST_TOKEN) / 2] = token;
    monitor.numbers[(own + SINCE) / 2] = coarseNow();
    return new LockGuard(this.#owner, token, abandoned);
  }

  #own(word: number): number {
    return Atomics.load(this.monitor.words, this.monitor.clients.row + word);
  }

  #noLongerWantsToWrite(): void {
    const { words, clients } = this.monitor;
    this.monitor.update(() => Atomics.compareExchange(words, clients.row + WRITER, WANTS_TO_WRITE, 0));
  }

  #throwIfBlocking(options: WaitSyncOptions | undefined): void {
    if (options?.timeout !== 0) throw new WouldDeadlockError(this.monitor.what);
  }
}
