/**
 * Memory for large payloads, in files without names that another process reads from: what is encoded here is copied
 * nowhere else, and its pages are used again. Fresh pages cost ten times what copying into used ones does.
 *
 * A piece is free when nobody uses it: neither who has made the payload nor a link whose other side has not read it.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { createSharedPages, type SharedPages } from './shared-pages.js';

/** Smaller payloads go by other ways. */
export const LARGE_BYTES = 256 * 1024;

/** Beyond so many bytes in use, others carry the payloads; beyond so many unused ones, memory is given back. */
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_FREE_BYTES = 192 * 1024 * 1024;
/** And what nobody has needed for so many milliseconds. */
const FREE_MS = 1000;

interface Piece {
  readonly pages: SharedPages;
  readonly bytes: number;
  users: number;
}

let pieces = new WeakMap<ArrayBufferLike, Piece>();
/** The one that was freed last is the first to be used: it is in the processor's cache. */
let free: Piece[] = [];
let giveBackTimer: NodeJS.Timeout | undefined;
let usedBytes = 0;
let freeBytes = 0;
/** A copy of this process has the same memory: it must not write there. */
let owner = process.pid;

/** The caller is its first user. An ordinary buffer where it is small, or shared memory can't be had. */
export function allocatePayload(bytes: number): Buffer {
  const piece = bytes < LARGE_BYTES ? undefined : (reuse(bytes) ?? create(bytes));
  if (piece === undefined) return Buffer.allocUnsafe(bytes);
  piece.users = 1;
  usedBytes += piece.bytes;
  return Buffer.from(piece.pages.buffer, 0, bytes);
}

/** Where another process reads the payload; undefined when it lies in ordinary memory. */
export function pathOfPayload(payload: Uint8Array): string | undefined {
  return pieceOf(payload)?.pages.path;
}

/** One more user. */
export function usePayload(payload: Uint8Array): void {
  const piece = pieceOf(payload);
  if (piece !== undefined) piece.users++;
}

/** One user less. */
export function releasePayload(payload: Uint8Array): void {
  const piece = pieceOf(payload);
  if (piece === undefined || --piece.users > 0) return;
  usedBytes -= piece.bytes;
  if (freeBytes + piece.bytes > MOST_FREE_BYTES) {
    pieces.delete(piece.pages.buffer);
    piece.pages.discard();
    return;
  }
  freeBytes += piece.bytes;
  free.push(piece);
  if (giveBackTimer === undefined) giveBackTimer = setTimeout(giveBack, FREE_MS).unref();
  else giveBackTimer.refresh();
}

function giveBack(): void {
  for (const piece of free.splice(0)) {
    pieces.delete(piece.pages.buffer);
    piece.pages.discard();
  }
  freeBytes = 0;
}

/** In the other process: copied, so that it is the reader's own. @throws when the sender has died meanwhile */
export function readPayload(path: string, bytes: number): Buffer {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    if (fstatSync(fd).size < bytes) throw new Error(`${path} is shorter than it was.`);
    const payload = Buffer.allocUnsafeSlow(bytes);
    for (let read = 0; read < bytes; ) read += readSync(fd, payload, read, bytes - read, read);
    return payload;
  } finally {
    closeSync(fd);
  }
}

function pieceOf({ buffer, byteLength }: Uint8Array): Piece | undefined {
  return byteLength < LARGE_BYTES ? undefined : pieces.get(buffer);
}

function reuse(bytes: number): Piece | undefined {
  if (owner !== process.pid) {
    owner = process.pid;
    pieces = new WeakMap();
    free = [];
    giveBackTimer = undefined;
    usedBytes = 0;
    freeBytes = 0;
  }
  const index = free.findLastIndex((piece) => piece.bytes >= bytes && piece.bytes <= 2 * bytes);
  const [piece] = index === -1 ? [] : free.splice(index, 1);
  if (piece !== undefined) freeBytes -= piece.bytes;
  return piece;
}

function create(bytes: number): Piece | undefined {
  // In steps of an eighth, so that payloads of about one size share.
  const step = 2 ** Math.max(16, Math.floor(Math.log2(bytes)) - 3);
  const size = Math.ceil(bytes / step) * step;
  if (usedBytes + size > MOST_BYTES) return undefined;
  const pages = createSharedPages(size);
  if (pages === undefined) return undefined;
  const piece: Piece = { pages, bytes: size, users: 0 };
  pieces.set(pages.buffer, piece);
  return piece;
}
