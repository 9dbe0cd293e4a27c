/**
 * What all primitives but the lock are built on: rows that say what each client has, and a way to wait for a change.
 *
 * What a primitive is worth is always counted from the rows of those who live; nothing is kept twice. A client
 * changes only its own row, by one store, so there is no moment at which its death leaves anything half done.
 * Who wants more takes the inner lock to look and to take; who gives back needs no lock.
 *
 * | shared    | content                                            |
 * | --------- | -------------------------------------------------- |
 * | i32 0–15  | the inner lock, see futex-mutex.ts                 |
 * | i32 16    | highest slot, see clients.ts                       |
 * | i32 20    | counts changes; those who wait sleep on it         |
 * | i32 21    | 1 when someone may sleep                           |
 * | i32 32–59 | of the primitive                                   |
 * | f64 30    | token of the last grant                            |
 */
import { LocalQueue } from '../../core/local-queue.js';
import { MemoryFile, type MemoryKind } from '../../core/memory-file.js';
import type { PendingWait } from '../../core/pending-wait.js';
import { TimeoutError } from '../../errors.js';
import type { Abandoned } from '../../guard.js';
import { memoryCalls } from '../../platform/ffi.js';
import type { Address } from '../../place-options.js';
import { Clients, type LeftRow, REGION_RESERVED, REGION_SIZE } from './clients.js';
import { FutexMutex, inheritMutex } from './futex-mutex.js';
import { atStep } from './step.js';
import { watchWord } from './wait-thread.js';

const CHANGES = 20;
const SLEEPING = 21;
/** First word that belongs to the primitive. */
export const FIRST_SHARED = 32;

/** The longest that a death goes unnoticed, in milliseconds. */
const SLICE_MS = 15;

/** Of the token, among the 64-bit numbers. */
const TOKEN = 30;
const SMALLEST_TOKEN = 1e15;
/** Turns of the event loop before an asynchronous look at a busy inner lock takes its time. */
const TURNS = 20;

/** Looks at the state, and takes what it gives; undefined when there is nothing to take yet. */
export type Take<T> = () => T | undefined;

const monitors = new Map<string, Monitor>();

export class Monitor {
  readonly what: string;
  readonly address: Address;
  /** The number that it was made with. */
  readonly detail: number;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly clients: Clients;
  /** What the dead client whose slot this thread has got had left in its row. */
  inherited: LeftRow | undefined;
  /** Order in this process. */
  readonly local = new LocalQueue();
  readonly #file: MemoryFile;
  readonly #inner: FutexMutex;
  readonly #location: bigint;
  readonly #reports: Abandoned[] = [];
  #users = 0;

  private constructor(file: MemoryFile) {
    this.#file = file;
    this.what = file.what;
    this.address = file.address;
    this.detail = file.shape.detail;
    this.words = new Int32Array(file.buffer);
    this.numbers = new Float64Array(file.buffer);
    this.#location = file.location + BigInt(CHANGES * 4);
    this.clients = new Clients(file, (slot, left) => {
      inheritMutex(this.words, slot);
      this.inherited = left;
    });
    this.#inner = new FutexMutex(file, this.clients);
  }

  /**
   * Opens it, and makes it if need be. One object in this thread for each.
   *
   * @param detail - what it is made with; one that is there may have another
   */
  static open(kind: MemoryKind, address: Address, detail: number): Monitor {
    const shape = { detail, size: REGION_SIZE, reserved: REGION_RESERVED };
    const file =
      address.name === undefined && address.id === undefined
        ? MemoryFile.createAnonymous(kind, address.directory, shape)
        : MemoryFile.open(kind, address, shape);
    let monitor = monitors.get(file.identity);
    if (monitor !== undefined) file.close();
    else {
      try {
        monitor = new Monitor(file);
      } catch (error) {
        file.close();
        throw error;
      }
      monitors.set(file.identity, monitor);
    }
    monitor.#users++;
    return monitor;
  }

  /** Tries until `take` gives something, in the order in which tasks of this process ask. */
  async waitInTurn<T>(wait: PendingWait, take: Take<T>): Promise<T> {
    const endTurn = await this.local.takeTurn(wait);
    try {
      wait.throwIfCancelled();
      return await this.wait(wait, take);
    } finally {
      endTurn();
    }
  }

  /** Tries until `take` gives something. */
  async wait<T>(wait: PendingWait, take: Take<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      const before = Atomics.load(this.words, CHANGES);
      Atomics.store(this.words, SLEEPING, 1);
      if (!this.#inner.attempt()) {
        // For a moment, unless its holder was stopped right there.
        if (wait.timeout === 0) this.#inner.acquireSync(Infinity);
        else {
          await wait.until<void>((done) => pause(tries, done));
          continue;
        }
      }
      tries = 0;
      const taken = this.#takeAndLeave(take);
      if (taken !== undefined) return taken;
      if (wait.timeout === 0) throw new TimeoutError(this.what, 0);
      await wait.until<void>((done) => watchWord(this.#location, before, SLICE_MS, done));
    }
  }

  /** The same, blocking the thread. @returns undefined when time ran out */
  waitSync<T>(timeout: number, take: Take<T>): T | undefined {
    const deadline = performance.now() + timeout;
    for (;;) {
      const before = Atomics.load(this.words, CHANGES);
      Atomics.store(this.words, SLEEPING, 1);
      if (!this.#inner.attempt()) this.#inner.acquireSync(Infinity);
      const taken = this.#takeAndLeave(take);
      if (taken !== undefined) return taken;
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      if (IPC_LOCK_STEPS) atStep('before sleep');
      memoryCalls().sleep(this.#location, before, Math.min(SLICE_MS, left));
      if (IPC_LOCK_STEPS) atStep('woken');
    }
  }

  /** Tells those who wait that there is something to look at. */
  changed(): void {
    if (IPC_LOCK_STEPS) atStep('changed');
    if (Atomics.exchange(this.words, SLEEPING, 0) === 0) return;
    Atomics.add(this.words, CHANGES, 1);
    if (IPC_LOCK_STEPS) atStep('before wake');
    memoryCalls().wake(this.#location, 2 ** 31 - 1);
  }

  /** Of the next grant; only while the state is being looked at. */
  nextToken(): number {
    const last = this.numbers[TOKEN] as number;
    // A new file, or noise: microseconds, of which there are more than grants.
    const isSound = Number.isSafeInteger(last) && last >= SMALLEST_TOKEN;
    const token = isSound ? last + 1 : Math.floor((performance.timeOrigin + performance.now()) * 1000);
    this.numbers[TOKEN] = token;
    return token;
  }

  /** Remembers a grant of a dead client, to be told to the next who gets one in this thread. */
  report({ pid, since, token }: Omit<LeftRow, 'own'>): void {
    this.#reports.push({ pid, since, token: BigInt(Number.isSafeInteger(token) ? token : 0) });
  }

  /** What the next grant is to be told. */
  nextReport(): Abandoned | null {
    return this.#reports.shift() ?? null;
  }

  leave(): void {
    if (--this.#users > 0) return;
    monitors.delete(this.#file.identity);
    this.#file.close();
  }

  #takeAndLeave<T>(take: Take<T>): T | undefined {
    if (IPC_LOCK_STEPS) atStep('looking');
    try {
      return take();
    } finally {
      if (IPC_LOCK_STEPS) atStep('taken');
      this.#inner.release();
    }
  }
}

function pause(tries: number, done: () => void): () => void {
  if (tries < TURNS) {
    const immediate = setImmediate(done);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(done, 1);
  return () => clearTimeout(timer);
}
