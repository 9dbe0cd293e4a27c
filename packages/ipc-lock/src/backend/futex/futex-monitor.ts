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
 * | i32 22–24 | the document, see document.ts                      |
 */
import { whenCopied } from '../../core/copied.js';
import { LocalQueue } from '../../core/local-queue.js';
import { MemoryFile } from '../../core/memory-file.js';
import type { ObjectKind } from '../../core/place.js';
import type { PendingWait } from '../../core/pending-wait.js';
import { TimeoutError } from '../../errors.js';
import { memoryCalls } from '../../platform/ffi.js';
import { END_OF_SHARED, FIRST_OWN } from '../../core/region-layout.js';
import type { Address } from '../../place-options.js';
import type { Monitor, Take } from '../backend.js';
import { Clients, REGION_RESERVED, REGION_SIZE } from './clients.js';
import { CURRENT, Document } from './document.js';
import { FutexMutex, inheritMutex } from './futex-mutex.js';
import { atStep } from '../step.js';
import { SLICE_MS, watchWord } from './wait-thread.js';

const CHANGES = 20;
const SLEEPING = 21;

/** Slices after which a wait looks at everything again. */
const SLICES = 16;

const LOOK_EVERY = 1024;
/** Turns of the event loop before an asynchronous look at a busy inner lock takes its time. */
const TURNS = 20;

const monitors = new Map<string, FutexMonitor>();
whenCopied(() => {
  for (const monitor of monitors.values()) monitor.renew();
});

export class FutexMonitor implements Monitor {
  readonly what: string;
  readonly address: Address;
  readonly path: string;
  readonly detail: number;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  clients: Clients;
  local = new LocalQueue();
  readonly #file: MemoryFile;
  readonly #isOwed: ObjectKind['isOwed'];
  readonly #inner: FutexMutex;
  readonly #location: bigint;
  readonly #document: Document;
  /** Until the file's name is looked at. */
  #looksLeft = LOOK_EVERY;
  #users = 0;

  private constructor(file: MemoryFile, isOwed: ObjectKind['isOwed']) {
    this.#file = file;
    this.what = file.what;
    this.address = file.address;
    this.path = file.path;
    this.detail = file.shape.detail;
    this.words = new Int32Array(file.buffer);
    this.numbers = new Float64Array(file.buffer);
    this.#location = file.location + BigInt(CHANGES * 4);
    this.#isOwed = isOwed;
    this.clients = this.#takeSlot();
    this.#inner = new FutexMutex(file, this.clients);
    this.#document = new Document(file);
  }

  /**
   * Opens it, and makes it if need be. One object in this thread for each.
   *
   * @param detail - what it is made with; one that is there may have another
   */
  static open(kind: ObjectKind, address: Address, detail: number): FutexMonitor {
    const size = REGION_SIZE + 2 * (kind.documentSize ?? 0);
    const shape = { detail, size, reserved: REGION_RESERVED };
    const file =
      address.name === undefined && address.id === undefined
        ? MemoryFile.createAnonymous(kind, address.directory, shape)
        : MemoryFile.open(kind, address, shape);
    let monitor = monitors.get(file.identity);
    if (monitor !== undefined) file.close();
    else {
      try {
        monitor = new FutexMonitor(file, kind.isOwed);
      } catch (error) {
        file.close();
        throw error;
      }
      monitors.set(file.identity, monitor);
    }
    monitor.#users++;
    return monitor;
  }

  /** In a copy of this process: as if just opened. */
  renew(): void {
    this.clients = this.#takeSlot();
    this.local = new LocalQueue();
    this.#inner.renew(this.clients);
  }

  #takeSlot(): Clients {
    return new Clients(this.#file, (slot) => inheritMutex(this.words, slot), this.#isOwed);
  }

  async wait<T>(wait: PendingWait, take: Take<T>): Promise<T> {
    this.#checkNameSometimes();
    let isToSleep = false;
    for (let tries = 0; ; tries++) {
      const before = Atomics.load(this.words, CHANGES);
      const state = isToSleep ? this.#state() : 0;
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
      if (!isToSleep) {
        // Once more: the first time nothing was noted down of what it looked at.
        isToSleep = true;
        continue;
      }
      this.#file.checkName();
      const isOver = this.#watcher(before, state);
      await wait.until<void>((done) => watchWord(this.#location, before, isOver, done));
    }
  }

  waitSync<T>(timeout: number, take: Take<T>): T | undefined {
    this.#checkNameSometimes();
    const deadline = performance.now() + timeout;
    for (;;) {
      const before = Atomics.load(this.words, CHANGES);
      Atomics.store(this.words, SLEEPING, 1);
      if (!this.#inner.attempt()) this.#inner.acquireSync(Infinity);
      const taken = this.#takeAndLeave(take);
      if (taken !== undefined) return taken;
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      this.#file.checkName();
      if (IPC_LOCK_STEPS) atStep('before sleep');
      memoryCalls().sleep(this.#location, before, Math.min(SLICE_MS, left));
      if (IPC_LOCK_STEPS) atStep('woken');
    }
  }

  look<T>(read: () => T): T {
    return read();
  }

  /** Needs no lock: a client changes only its own row, or a word that all may change, by one store. */
  update(change: () => void): void {
    change();
    this.changed();
  }

  /** What is changed in memory is changed. */
  orElse(): void {}

  changed(): void {
    if (IPC_LOCK_STEPS) atStep('changed');
    if (Atomics.exchange(this.words, SLEEPING, 0) === 0) return;
    Atomics.add(this.words, CHANGES, 1);
    if (IPC_LOCK_STEPS) atStep('before wake');
    memoryCalls().wake(this.#location, 2 ** 31 - 1);
  }

  get document(): string {
    return this.#document.text;
  }

  set document(text: string) {
    this.#document.text = text;
  }

  leave(): void {
    if (--this.#users > 0) return;
    monitors.delete(this.#file.identity);
    this.#file.close();
  }

  /** What says that a sleep is over, although nobody may have woken us; see {@link watchWord}. */
  #watcher(before: number, state: number): () => boolean {
    let slices = 0;
    return () => {
      if (++slices === SLICES || Atomics.load(this.words, CHANGES) !== before) return true;
      // Changed by one that died before it could say so.
      if (this.#state() !== state) return true;
      for (const row of this.clients.rows()) if (this.#hasDied(row)) return true;
      return false;
    };
  }

  /** A sum of all that others can change, the text included, to be compared with an earlier one. */
  #state(): number {
    const { words, clients } = this;
    let sum = 0;
    for (let word = CURRENT; word < END_OF_SHARED; word++)
      sum = (Math.imul(sum, 31) + (words[word] as number)) | 0;
    for (const row of clients.rows()) {
      if (row === clients.row) continue;
      for (const word of [row + FIRST_OWN, row + FIRST_OWN + 1]) {
        sum = (Math.imul(sum, 31) + Atomics.load(words, word)) | 0;
      }
    }
    return sum;
  }

  /** True for a dead client that has something still. */
  #hasDied(row: number): boolean {
    const hasSomething =
      Atomics.load(this.words, row + FIRST_OWN) !== 0 || Atomics.load(this.words, row + FIRST_OWN + 1) !== 0;
    return hasSomething && !this.clients.isRowAlive(row);
  }

  #checkNameSometimes(): void {
    if (--this.#looksLeft > 0) return;
    this.#looksLeft = LOOK_EVERY;
    this.#file.checkName();
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
