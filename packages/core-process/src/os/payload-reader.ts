/**
 * The receiver's side of large payloads (large-memory.ts): what its sender has put into shared memory becomes this
 * process' own.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { LentPayload } from './large-memory.js';
import { keepFreedMemory } from './malloc.js';
import { LEAST_KEPT_BYTES, mapPayload, PAYLOAD_AT } from './mapped-payload.js';
import { type MappedPages, openSharedPages } from './shared-pages.js';
import { setTimeout, clearTimeout } from '../real-timers.js';

interface Piece {
  readonly serial: number;
  readonly pages: MappedPages;
}

/** So long pieces stay in this process' memory, whether their sender still has them or not, and so many of them. */
const PIECES_MS = 1000;
const MOST_PIECES = 32;

/** For the payloads of one sender. */
export class PayloadReader {
  /** By their paths; the one that was looked into last is the last. */
  readonly #pieces = new Map<string, Piece>();
  #timer: NodeJS.Timeout | undefined;

  /** @throws when the sender has died meanwhile */
  read(lent: LentPayload): Buffer {
    const pages = lent.pieceBytes < LEAST_KEPT_BYTES ? this.#look(lent) : undefined;
    if (pages === undefined) return readFile(lent);
    const payload = allocate(lent.bytes);
    payload.set(new Uint8Array(pages.buffer, PAYLOAD_AT, lent.bytes));
    return payload;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { pages } of this.#pieces.values()) pages.discard();
    this.#pieces.clear();
  }

  /** The piece in this process' memory. Undefined where it can't be had there. */
  #look({ path, serial, pieceBytes }: LentPayload): MappedPages | undefined {
    const known = this.#pieces.get(path);
    this.#pieces.delete(path);
    // Another one may lie at the same path later.
    if (known !== undefined && known.serial !== serial) known.pages.discard();
    const pages = known?.serial === serial ? known.pages : openSharedPages(path, pieceBytes);
    if (pages === undefined) return undefined;
    this.#pieces.set(path, { serial, pages });
    const [oldest] = this.#pieces;
    if (this.#pieces.size > MOST_PIECES && oldest !== undefined) {
      oldest[1].pages.discard();
      this.#pieces.delete(oldest[0]);
    }
    this.#timer ??= setTimeout(() => this.close(), PIECES_MS).unref();
    return pages;
  }
}

function readFile({ path, bytes, mayKeep }: LentPayload): Buffer {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    if (fstatSync(fd).size < PAYLOAD_AT + bytes) throw new Error(`${path} is shorter than it was.`);
    const kept = mayKeep ? mapPayload(fd, bytes) : undefined;
    if (kept !== undefined) return kept;
    const payload = allocate(bytes);
    for (let read = 0; read < bytes; ) read += readSync(fd, payload, read, bytes - read, PAYLOAD_AT + read);
    return payload;
  } finally {
    closeSync(fd);
  }
}

function allocate(bytes: number): Buffer {
  keepFreedMemory();
  return Buffer.allocUnsafeSlow(bytes);
}
