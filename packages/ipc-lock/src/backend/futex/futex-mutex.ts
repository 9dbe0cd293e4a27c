/**
 * The lock: one word in shared memory, a compare-and-swap without contention, a futex with it.
 *
 * | shared  | content                                                                             |
 * | ------- | ----------------------------------------------------------------------------------- |
 * | i32 0   | the word, see core/word-layout.ts                                                   |
 * | i32 1   | client that asks to be offered the lock, or 0                                       |
 * | i32 18  | next ticket of a fair lock                                                          |
 * | f64 1   | token of the last grant                                                             |
 * | f64 2   | token of the last grant that was released                                           |
 * | i32 8–9, f64 5 | process and time of grants with an even token                                |
 * | i32 12–13, f64 7 | the same of those with an odd one                                          |
 *
 * Written by the holder only, in this order: word, who and when, token; then released token, word. So whoever takes
 * the word of a dead client reads off whether it died with a grant (token > released), and whose.
 *
 * A fair lock has a queue: each client that waits has in its row the ticket of its first task, and a release hands the
 * lock to the lowest ticket of those who live. Tickets are drawn when a task asks.
 *
 * No wake-up is relied on: everyone who sleeps looks again every {@link SLICE_MS}, whoever died meanwhile.
 */
import { coarseNow } from '../../core/coarse-clock.js';
import { whenCopied } from '../../core/copied.js';
import { LocalQueue } from '../../core/local-queue.js';
import { MemoryFile } from '../../core/memory-file.js';
import type { ObjectKind } from '../../core/place.js';
import type { PendingWait } from '../../core/pending-wait.js';
import { FIRST_OWN } from '../../core/region-layout.js';
import { isBefore } from '../../core/ticket.js';
import { isToken, newToken } from '../../core/token.js';
import {
  DEAD,
  FREE,
  hasSleepers,
  isFree,
  isOffered,
  OFFER,
  ownerOf,
  SLEEPERS,
  slotOf,
} from '../../core/word-layout.js';
import {
  InvalidOptionError,
  LockFileError,
  NotHeldError,
  TimeoutError,
  WouldDeadlockError,
} from '../../errors.js';
import type { Abandoned } from '../../guard.js';
import { memoryCalls } from '../../platform/ffi.js';
import type { Address } from '../../place-options.js';
import type { Holder, Mutex, MutexGrant } from '../backend.js';
import { Clients, REGION_RESERVED, REGION_SIZE } from './clients.js';
import { atStep } from '../step.js';
import { SLICE_MS, watchWord } from './wait-thread.js';

/** The detail of a fair lock's file; 0 of another's. */
const FAIR = 1;

const WORD = 0;
const WANTS_IT = 1;
const NEXT_TICKET = 18;
/** Of a row: the ticket of the client's first task that waits; 0 when none does. */
const TICKET = FIRST_OWN;
const TOKEN = 1;
const RELEASED = 2;
const holderPidOf = (token: number): number => (isEven(token) ? 8 : 12);
const holderSinceOf = (token: number): number => (isEven(token) ? 5 : 7);

/** Slices after which a wait looks at everything again. */
const SLICES = 16;
/** How long a wait bears to be overtaken by others before it asks to be handed the lock, in milliseconds. */
const PATIENCE_MS = 4;
/** Looks before a wait that blocks the thread goes to sleep: about as long as the sleep itself would take. */
const SPINS = 200;
const LOOK_EVERY = 1024;
/** Turns of the event loop before an asynchronous wait has the word watched. */
const TURNS = 2;

const mutexes = new Map<string, FutexMutex>();
whenCopied(() => {
  for (const mutex of mutexes.values()) mutex.renew();
});

export class FutexMutex implements Mutex {
  readonly path: string;
  readonly what: string;
  readonly address: Address;
  readonly #file: MemoryFile;
  #clients: Clients;
  #self: number;
  #pid = process.pid;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #location: bigint;
  #local = new LocalQueue();
  readonly #isFair: boolean;
  /** Of a fair lock: tickets of this thread's tasks that wait, the first in front. */
  readonly #tickets: number[] = [];
  /** Seen by those of this thread that wait. */
  #offer: { readonly owner: number; readonly since: number } | undefined;
  #token = 0;
  /** Quick grants until the file's name is looked at; a look takes as long as fifty of them. */
  #looksLeft = LOOK_EVERY;
  #users = 0;

  /**
   * @param clients - those of the file, when a larger primitive has the lock in its region;
   *   then that calls {@link inheritMutex} for each slot that is taken
   */
  constructor(file: MemoryFile, clients?: Clients) {
    this.#file = file;
    this.#isFair = clients === undefined && file.shape.detail === FAIR;
    this.path = file.path;
    this.what = file.what;
    this.address = file.address;
    this.#words = new Int32Array(file.buffer);
    this.#numbers = new Float64Array(file.buffer);
    this.#location = file.location;
    this.#clients = clients ?? new Clients(file, (slot) => inheritMutex(this.#words, slot), undefined);
    this.#self = this.#clients.self;
  }

  /** Opens the lock, and makes it if need be. One object in this thread for each lock. */
  static open(kind: ObjectKind, address: Address, detail: number): FutexMutex {
    const shape = { detail, size: REGION_SIZE, reserved: REGION_RESERVED };
    const file =
      address.name === undefined && address.id === undefined
        ? MemoryFile.createAnonymous(kind, address.directory, shape)
        : MemoryFile.open(kind, address, shape);
    if (file.shape.detail !== shape.detail) {
      file.close();
      throw new InvalidOptionError(
        'fair',
        `${file.what} was made ${detail === 0 ? 'with' : 'without'} { fair: true }. Say the same.`,
      );
    }
    let mutex = mutexes.get(file.identity);
    if (mutex !== undefined) file.close();
    else {
      try {
        mutex = new FutexMutex(file);
      } catch (error) {
        file.close();
        throw error;
      }
      mutexes.set(file.identity, mutex);
    }
    mutex.#users++;
    return mutex;
  }

  tryAcquire(): number {
    if (--this.#looksLeft === 0) this.#checkName();
    if (this.#isFair && !this.#isFirst(undefined)) return 0;
    if (Atomics.compareExchange(this.#words, WORD, FREE, this.#self) !== FREE) return 0;
    if (IPC_LOCK_STEPS) atStep('taken');
    return this.#enter();
  }

  /** Takes it if that needs no wait: also from a dead client. For uses that are over before the thread goes on. */
  attempt(): boolean {
    return this.#tryTake(0, undefined) !== undefined;
  }

  tryAcquireInTurn(): number {
    return this.#local.isContended ? 0 : this.tryAcquire();
  }

  async acquire(wait: PendingWait): Promise<MutexGrant> {
    if (!this.#isFair) return await this.#acquireInTurn(wait, undefined);
    const ticket = this.#drawTicket();
    this.#queue(this.#tickets.length, ticket);
    try {
      return await this.#acquireInTurn(wait, ticket);
    } finally {
      this.#leaveQueue(ticket);
    }
  }

  async #acquireInTurn(wait: PendingWait, ticket: number | undefined): Promise<MutexGrant> {
    const endTurn = await this.#local.takeTurn(wait);
    try {
      wait.throwIfCancelled();
      const asked = performance.now();
      let sleepers = 0;
      for (let turn = 0; ; turn++) {
        await this.#local.untilAdmitted(false, wait);
        const grant = this.#tryTake(sleepers, ticket);
        if (grant !== undefined) return grant;
        if (wait.timeout === 0) throw new TimeoutError(this.what, 0);
        if (performance.now() - asked >= PATIENCE_MS) this.#askForIt();
        this.#file.checkName();
        const seen = turn < TURNS ? undefined : this.#announceSleep();
        // Free, it may be another's turn, who is stopped.
        if (seen === undefined) {
          await wait.until<void>((done) => {
            const immediate = setImmediate(done);
            return () => clearImmediate(immediate);
          });
          continue;
        }
        const isOver = this.#watcher(seen, asked);
        await wait.until<void>((done) => watchWord(this.#location, seen, isOver, done));
        sleepers = SLEEPERS;
      }
    } catch (error) {
      if (ticket !== undefined) this.#leaveQueue(ticket);
      // Handed over in the last moment, it goes on to the next.
      if (this.#giveUp() !== undefined) this.release();
      throw error;
    } finally {
      endTurn();
    }
  }

  acquireSync(timeout: number, beforeSleep?: () => void): MutexGrant {
    if (!this.#local.admits(false)) {
      throw timeout === 0 ? new TimeoutError(this.what, timeout) : new WouldDeadlockError(this.what);
    }
    if (!this.#isFair) return this.#acquireBlocking(timeout, undefined, beforeSleep);
    // Ahead of this thread's tasks, in the place that they have among all.
    const ticket = this.#tickets[0] ?? this.#drawTicket();
    this.#queue(0, ticket);
    try {
      return this.#acquireBlocking(timeout, ticket, beforeSleep);
    } finally {
      this.#leaveQueue(ticket);
    }
  }

  #acquireBlocking(
    timeout: number,
    ticket: number | undefined,
    beforeSleep: (() => void) | undefined,
  ): MutexGrant {
    const asked = performance.now();
    let sleepers = 0;
    for (let look = 0; ; look++) {
      const isSpinning = look < SPINS && timeout > 0;
      const grant = this.#tryTake(sleepers, ticket, isSpinning);
      if (grant !== undefined) return grant;
      if (isSpinning) continue;
      const waited = performance.now() - asked;
      if (waited >= timeout) {
        // Handed to us just now, it is ours.
        const late = this.#giveUp();
        if (late !== undefined) return late;
        throw new TimeoutError(this.what, timeout);
      }
      if (waited >= PATIENCE_MS) this.#askForIt();
      try {
        this.#file.checkName();
        beforeSleep?.();
      } catch (error) {
        // Handed over in the last moment, it goes on to the next.
        if (this.#giveUp() !== undefined) this.release();
        throw error;
      }
      const seen = this.#announceSleep();
      if (seen === undefined) continue;
      if (IPC_LOCK_STEPS) atStep('before sleep');
      memoryCalls().sleep(this.#location, seen, Math.min(SLICE_MS, timeout - waited));
      if (IPC_LOCK_STEPS) atStep('woken');
      sleepers = SLEEPERS;
    }
  }

  /** In a copy of this process: as if just opened. @param clients - as for the constructor */
  renew(clients = new Clients(this.#file, (slot) => inheritMutex(this.#words, slot), undefined)): void {
    this.#clients = clients;
    this.#self = clients.self;
    this.#pid = process.pid;
    this.#local = new LocalQueue();
    this.#tickets.length = 0;
    this.#offer = undefined;
    this.#token = 0;
  }

  /** @throws NotHeldError `ERR_LOCK_NOT_HELD` in a copy, of what its original holds */
  release(): void {
    if (this.#token === 0) throw new NotHeldError(this.what);
    this.#numbers[RELEASED] = this.#token;
    if (IPC_LOCK_STEPS) atStep('released');
    const isDone =
      !this.#isFair && Atomics.compareExchange(this.#words, WORD, this.#self, FREE) === this.#self;
    if (!isDone) this.#releaseAndWake();
    this.#local.leave(false);
  }

  #checkName(): void {
    this.#looksLeft = LOOK_EVERY;
    this.#file.checkName();
  }

  holder(): Holder | null {
    const word = Atomics.load(this.#words, WORD);
    const owner = ownerOf(word);
    if (isFree(word) || isOffered(word) || !this.#clients.isAlive(owner)) return null;
    const pid = this.#clients.pidOf(owner);
    const token = this.#numbers[TOKEN] as number;
    const since = this.#numbers[holderSinceOf(token)] as number;
    // It has the lock and has not said since when: it got it this very moment.
    const isEntered = token > (this.#numbers[RELEASED] as number) && this.#words[holderPidOf(token)] === pid;
    return { pid, since: isEntered ? since : Date.now() };
  }

  leave(): void {
    if (--this.#users > 0) return;
    mutexes.delete(this.#file.identity);
    this.#file.close();
  }

  /** Takes the word if it is free, ours by hand-over, or a dead client's. */
  #tryTake(sleepers: number, ticket: number | undefined, onlyFree = false): MutexGrant | undefined {
    const word = Atomics.load(this.#words, WORD);
    const owner = ownerOf(word);
    const isOurs = owner === this.#self;
    if (isOurs) {
      // Held by another task of this thread.
      if (!isOffered(word)) return undefined;
    } else {
      if (!isFree(word) && (onlyFree || (!this.#isStaleOffer(word) && this.#clients.isAlive(owner))))
        return undefined;
      if (this.#isFair && !this.#isFirst(ticket)) return undefined;
    }
    const mine = this.#self | (word & SLEEPERS) | sleepers;
    if (Atomics.compareExchange(this.#words, WORD, word, mine) !== word) return undefined;
    if (IPC_LOCK_STEPS) atStep('taken');
    return this.#grant();
  }

  /**
   * True for an offer that was there at a look before, a slice ago: the client has just given up waiting, or is
   * stopped. It takes the lock by a compare-and-swap too, so one of us has it.
   */
  #isStaleOffer(word: number): boolean {
    if (!isOffered(word)) {
      this.#offer = undefined;
      return false;
    }
    const now = performance.now();
    if (this.#offer?.owner !== ownerOf(word)) this.#offer = { owner: ownerOf(word), since: now };
    return now - this.#offer.since >= SLICE_MS;
  }

  /** The word is ours: reads off what the one before has left, and enters. */
  #grant(): MutexGrant {
    const numbers = this.#numbers;
    this.#withdraw();
    this.#offer = undefined;
    const token = numbers[TOKEN] as number;
    let abandoned: Abandoned | null = null;
    if (isToken(token) && token > (numbers[RELEASED] as number)) {
      abandoned = {
        pid: this.#words[holderPidOf(token)] as number,
        since: numbers[holderSinceOf(token)] as number,
        token: BigInt(token),
      };
    }
    return { token: this.#enter(), abandoned };
  }

  #enter(): number {
    const numbers = this.#numbers;
    let last = numbers[TOKEN] as number;
    // Our own of the last time needs no look.
    if ((last !== this.#token || last === 0) && !isToken(last)) {
      last = newToken();
      numbers[RELEASED] = last;
    }
    const token = last + 1;
    this.#words[holderPidOf(token)] = this.#pid;
    numbers[holderSinceOf(token)] = coarseNow();
    if (IPC_LOCK_STEPS) atStep('entered');
    numbers[TOKEN] = token;
    if (IPC_LOCK_STEPS) atStep('granted');
    this.#token = token;
    this.#local.enter(false);
    return token;
  }

  #releaseAndWake(): void {
    const words = this.#words;
    const next = this.#isFair ? this.#firstInQueue() : this.#whoAsked();
    if (IPC_LOCK_STEPS) atStep('before hand-over');
    const before = Atomics.exchange(words, WORD, next);
    if (ownerOf(before) !== this.#self) {
      throw new LockFileError(
        this.#file.path,
        `${this.what} was overwritten while it was held: another program writes to its file. Find it, and remove the file.`,
      );
    }
    if (!hasSleepers(before)) return;
    if (IPC_LOCK_STEPS) atStep('before wake');
    // The one that it was handed to may be any of the sleepers.
    memoryCalls().wake(this.#location, next === FREE ? 1 : 2 ** 31 - 1);
  }

  #whoAsked(): number {
    const asking = Atomics.exchange(this.#words, WANTS_IT, 0);
    return asking === 0 || asking === this.#self ? FREE : asking | OFFER | SLEEPERS;
  }

  #drawTicket(): number {
    // 0 says that there is none.
    return Atomics.add(this.#words, NEXT_TICKET, 1) || this.#drawTicket();
  }

  #queue(place: number, ticket: number): void {
    this.#tickets.splice(place, 0, ticket);
    Atomics.store(this.#words, this.#clients.row + TICKET, this.#tickets[0] ?? 0);
  }

  #leaveQueue(ticket: number): void {
    const place = this.#tickets.indexOf(ticket);
    if (place === -1) return;
    this.#tickets.splice(place, 1);
    Atomics.store(this.#words, this.#clients.row + TICKET, this.#tickets[0] ?? 0);
  }

  /** The client whose turn it is, or FREE: of those who live, the one with the lowest ticket. */
  #firstInQueue(): number {
    let first: { readonly row: number; readonly ticket: number } | undefined;
    for (const row of this.#clients.rows()) {
      const ticket = Atomics.load(this.#words, row + TICKET);
      if (ticket === 0 || (first !== undefined && !isBefore(ticket, first.ticket))) continue;
      if (this.#clients.isRowAlive(row)) first = { row, ticket };
    }
    return first === undefined ? FREE : this.#clients.wordOfRow(first.row) | OFFER | SLEEPERS;
  }

  /** True when nobody who lives waits longer than the one with the ticket, or at all if there is none. */
  #isFirst(ticket: number | undefined): boolean {
    for (const row of this.#clients.rows()) {
      const other = Atomics.load(this.#words, row + TICKET);
      if (other === 0 || (ticket !== undefined && !isBefore(other, ticket))) continue;
      if (this.#clients.isRowAlive(row)) return false;
    }
    return true;
  }

  /** Says that someone sleeps; the word to sleep on, or undefined when it changed meanwhile. */
  #announceSleep(): number | undefined {
    const word = Atomics.load(this.#words, WORD);
    // Held by another task of this thread, it tells us itself.
    if (isFree(word) || ownerOf(word) === this.#self) return undefined;
    if (hasSleepers(word)) return word;
    const seen = word | SLEEPERS;
    if (Atomics.compareExchange(this.#words, WORD, word, seen) !== word) return undefined;
    if (IPC_LOCK_STEPS) atStep('announced');
    return seen;
  }

  /** What says that a sleep is over, although nobody may have woken us; see {@link watchWord}. */
  #watcher(seen: number, asked: number): () => boolean {
    let slices = 0;
    return () => {
      if (++slices === SLICES || Atomics.load(this.#words, WORD) !== seen) return true;
      if (performance.now() - asked >= PATIENCE_MS) this.#askForIt();
      return isOffered(seen) || !this.#clients.isAlive(ownerOf(seen));
    };
  }

  #askForIt(): void {
    if (this.#isFair) return;
    const asking = Atomics.compareExchange(this.#words, WANTS_IT, 0, this.#self);
    if (asking === 0 || asking === this.#self || this.#clients.isAlive(asking)) return;
    // A dead client asked: its place is ours.
    Atomics.compareExchange(this.#words, WANTS_IT, asking, this.#self);
  }

  #withdraw(): void {
    if (this.#words[WANTS_IT] === this.#self)
      Atomics.compareExchange(this.#words, WANTS_IT, this.#self, FREE);
  }

  /** Ends a wait without the lock; the grant, when it was handed over in the last moment. */
  #giveUp(): MutexGrant | undefined {
    this.#withdraw();
    const word = Atomics.load(this.#words, WORD);
    return isOffered(word) && ownerOf(word) === this.#self ? this.#tryTake(0, undefined) : undefined;
  }
}

/** Frees what a dead client of that slot has left. */
export function inheritMutex(words: Int32Array, slot: number): void {
  const word = Atomics.load(words, WORD);
  if (slotOf(word) === slot) Atomics.compareExchange(words, WORD, word, DEAD | (word & SLEEPERS));
  const asking = Atomics.load(words, WANTS_IT);
  if (slotOf(asking) === slot) Atomics.compareExchange(words, WANTS_IT, asking, 0);
}

/** Without `%`, which takes as long as a compare-and-swap for numbers of this size. */
function isEven(token: number): boolean {
  return Math.floor(token / 2) === token / 2;
}
