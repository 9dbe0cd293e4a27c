/**
 * Memory for large payloads, in files without names that another process reads from: what is encoded here is copied
 * nowhere else, and its pages are used again. Fresh pages cost ten times what copying into used ones does.
 *
 * A piece is free when nobody uses it: neither who has made the payload nor a link whose other side has not read it.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { perProcess } from '../per-process.js';
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

/** A copy of this process has the same memory: it must not write there. */
const storeOf = perProcess(() => ({
  pieces: new WeakMap<ArrayBufferLike, Piece>(),
  /** The one that was freed last is the first to be used: it is in the processor's cache. */
  free: [] as Piece[],
  usedBytes: 0,
  freeBytes: 0,
  timer: undefined as NodeJS.Timeout | undefined,
}));

/** The caller is its first user. An ordinary buffer where it is small, or shared memory can't be had. */
export function allocatePayload(bytes: number): Buffer {
  const piece = bytes < LARGE_BYTES ? undefined : (reuse(bytes) ?? create(bytes));
  if (piece === undefined) return Buffer.allocUnsafe(bytes);
  piece.users = 1;
  storeOf().usedBytes += piece.bytes;
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
  const store = storeOf();
  store.usedBytes -= piece.bytes;
  if (store.freeBytes + piece.bytes > MOST_FREE_BYTES) {
    discard(piece);
    return;
  }
  store.freeBytes += piece.bytes;
  store.free.push(piece);
  if (store.timer === undefined) store.timer = setTimeout(giveBack, FREE_MS).unref();
  else store.timer.refresh();
}

function giveBack(): void {
  const store = storeOf();
  for (const piece of store.free.splice(0)) discard(piece);
  store.freeBytes = 0;
}

function discard({ pages }: Piece): void {
  storeOf().pieces.delete(pages.buffer);
  pages.discard();
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
  return byteLength < LARGE_BYTES ? undefined : storeOf().pieces.get(buffer);
}

function reuse(bytes: number): Piece | undefined {
  const store = storeOf();
  const index = store.free.findLastIndex((piece) => piece.bytes >= bytes && piece.bytes <= 2 * bytes);
  const [piece] = index === -1 ? [] : store.free.splice(index, 1);
  if (piece !== undefined) store.freeBytes -= piece.bytes;
  return piece;
}

function create(bytes: number): Piece | undefined {
  // In steps of an eighth, so that payloads of about one size share.
  const step = 2 ** Math.max(16, Math.floor(Math.log2(bytes)) - 3);
  const size = Math.ceil(bytes / step) * step;
  if (storeOf().usedBytes + size > MOST_BYTES) return undefined;
  const pages = createSharedPages(size);
  if (pages === undefined) return undefined;
  const piece: Piece = { pages, bytes: size, users: 0 };
  storeOf().pieces.set(pages.buffer, piece);
  return piece;
}
