/**
 * Who uses a region of shared memory, and whether they live: the kernel says so.
 *
 * A client is one thread of one process. It has a slot: a row of the region, and two bytes far behind the end of
 * the file which it keeps locked through its own open file (OFD locks), so that the kernel unlocks them however it
 * ends. It takes the first, counts up the slot's generation, and only then takes the second: a word that names
 * the slot and an older generation is a dead client's for good.
 *
 * What a row holds is in core/region-layout.ts.
 */
import { TooManyClientsError } from '../../errors.js';
import { clientWord, generationOf, LAST_SLOT, nextGeneration, slotOf } from '../../core/word-layout.js';
import type { MemoryFile } from '../../core/memory-file.js';
import type { ObjectKind } from '../../core/place.js';
import { FIRST_OWN, GENERATION, PID, SHARED_SIZE } from '../../core/region-layout.js';
import { cannotOpen } from '../../files/lock-folder.js';
import { CONTENT_AT } from '../../files/mapped-file.js';
import { lockCalls, memoryCalls } from '../../platform/ffi.js';
import type { ClientRows } from '../backend.js';

const ROW_SIZE = 32;
const ROW_WORDS = ROW_SIZE / 4;
/** Word of what all share: the highest slot that was ever taken. */
const HIGHEST = 16;
/** First of the bytes that are locked. */
const LIFE_AT = 2 ** 40;

/** Bytes of a region's content; only those that are used take room. */
export const REGION_SIZE = SHARED_SIZE + LAST_SLOT * ROW_SIZE;
/** Bytes that there is room for from the beginning. */
export const REGION_RESERVED = 4096;

export class Clients implements ClientRows {
  /** This thread, as words have it. */
  readonly self: number;
  /** Index of this thread's row among the words. */
  readonly row: number;
  readonly #fd: number;
  readonly #words: Int32Array;

  /**
   * Takes a slot.
   *
   * @param inherit - called with the slot's number before it is ours: gives back what its client before has left
   * @param isOwed - see {@link ObjectKind}
   * @throws TooManyClientsError `ERR_LOCK_TOO_MANY_CLIENTS`; LockFileError when there is no room for the row
   */
  constructor(file: MemoryFile, inherit: (slot: number) => void, isOwed: ObjectKind['isOwed']) {
    this.#fd = file.fd;
    this.#words = new Int32Array(file.buffer);
    const slot = this.#claim(file, isOwed);
    const row = rowOf(slot);
    // Exchanged, not stored: another client may be giving back the same just now.
    for (const word of [0, 1]) Atomics.exchange(this.#words, row + FIRST_OWN + word, 0);
    inherit(slot);
    this.#raiseHighest(slot);
    const generation = nextGeneration(Atomics.load(this.#words, row + GENERATION));
    Atomics.store(this.#words, row + GENERATION, generation);
    Atomics.store(this.#words, row + PID, process.pid);
    lockCalls().tryRangeLock(this.#fd, 'write', lifeOf(slot));
    this.self = clientWord(slot, generation);
    this.row = row;
  }

  /** False when the client has ended, whatever its slot is now. */
  isAlive(client: number): boolean {
    if (client === this.self) return true;
    const slot = slotOf(client);
    // First the lock: whoever has the slot next locks it only after it has counted up the generation.
    return (
      lockCalls().isRangeLocked(this.#fd, lifeOf(slot)) &&
      Atomics.load(this.#words, rowOf(slot) + GENERATION) === generationOf(client)
    );
  }

  /** Process of a client that is alive. */
  pidOf(client: number): number {
    return Atomics.load(this.#words, rowOf(slotOf(client)) + PID);
  }

  /** Rows that are or were in use: the index of each among the words. */
  *rows(): Generator<number> {
    const highest = Math.min(Math.max(Atomics.load(this.#words, HIGHEST), 0), LAST_SLOT);
    for (let slot = 1; slot <= highest; slot++) yield rowOf(slot);
  }

  /** False when whoever last had the row has ended. */
  isRowAlive(row: number): boolean {
    return row === this.row || lockCalls().isRangeLocked(this.#fd, lifeOf(slotOfRow(row)));
  }

  /** The client that has the row, as words have it. */
  wordOfRow(row: number): number {
    return clientWord(slotOfRow(row), Atomics.load(this.#words, row + GENERATION));
  }

  pidOfRow(row: number): number {
    return Atomics.load(this.#words, row + PID);
  }

  #reserve(row: number, path: string): void {
    try {
      memoryCalls().reserve(this.#fd, CONTENT_AT + row * 4, ROW_SIZE);
    } catch (cause) {
      throw cannotOpen(path, cause as NodeJS.ErrnoException);
    }
  }

  #raiseHighest(slot: number): void {
    for (;;) {
      const highest = Atomics.load(this.#words, HIGHEST);
      if (highest >= slot || Atomics.compareExchange(this.#words, HIGHEST, highest, slot) === highest) return;
    }
  }

  /** A slot whose row is ours to write; one that tells of the dead is left to be read, as long as there are others. */
  #claim({ what, path }: MemoryFile, isOwed: ObjectKind['isOwed']): number {
    for (const isLastResort of isOwed === undefined ? [true] : [false, true]) {
      for (let slot = 1; slot <= LAST_SLOT; slot++) {
        if (!lockCalls().tryRangeLock(this.#fd, 'write', claimOf(slot))) continue;
        const row = rowOf(slot);
        this.#reserve(row, path);
        const own = [0, 1].map((word) => Atomics.load(this.#words, row + FIRST_OWN + word));
        if (isLastResort || isOwed?.(own[0] as number, own[1] as number) !== true) return slot;
        lockCalls().tryRangeLock(this.#fd, 'none', claimOf(slot));
      }
    }
    throw new TooManyClientsError(what, LAST_SLOT);
  }
}

function rowOf(slot: number): number {
  return SHARED_SIZE / 4 + (slot - 1) * ROW_WORDS;
}

function slotOfRow(row: number): number {
  return (row - SHARED_SIZE / 4) / ROW_WORDS + 1;
}

function claimOf(slot: number): number {
  return LIFE_AT + slot * 2;
}

function lifeOf(slot: number): number {
  return LIFE_AT + slot * 2 + 1;
}
