/**
 * Memory for large payloads, in files without names that another process reads from: what is encoded here is copied
 * nowhere else, and its pages are used again. Fresh pages cost ten times what copying into used ones does.
 *
 * A piece is used by whoever has made the payload, and by a link whose other side has not read it. It is lent, after
 * that, as long as a process that has read it has it in its memory (mapped-payload.ts), which the kernel tells.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Deque } from '../deque.js';
import { perProcess } from '../per-process.js';
import { isOpenElsewhere, prepareLease } from './file-lease.js';
import { keepFreedMemory } from './malloc.js';
import { mapPayload, PAYLOAD_AT } from './mapped-payload.js';
import { createSharedPages, type SharedPages } from './shared-pages.js';

/** Smaller payloads go by other ways. */
export const LARGE_BYTES = 256 * 1024;

/** Beyond so many bytes in use, others carry the payloads; beyond so many unused ones, memory is given back. */
const MOST_BYTES = 512 * 1024 * 1024;
/** As it is beyond so many unused pieces, each with its descriptor. */
const MOST_FREE = 128;
/** And what nobody has needed for so many milliseconds. */
const FREE_MS = 1000;
/** Beyond so many that are lent, each with its descriptor, readers are asked to copy. */
const MOST_LENT = 128;
/** At each need of memory. */
const LOOKS = 8;

interface Piece {
  readonly pages: SharedPages;
  readonly bytes: number;
  /** The kernel can tell when it is no longer lent. */
  readonly canBeLent: boolean;
  users: number;
}

/** A copy of this process has the same memory: it must not write there. */
const storeOf = perProcess(() => ({
  pieces: new WeakMap<ArrayBufferLike, Piece>(),
  /** The one that was freed last is the first to be used: it is in the processor's cache. */
  free: [] as Piece[],
  /** In the order in which they were lent. */
  lent: new Deque<Piece>(),
  usedBytes: 0,
  freeBytes: 0,
  timer: undefined as NodeJS.Timeout | undefined,
}));

/**
 * The caller is its first user. An ordinary buffer where it is small, or shared memory can't be had.
 *
 * @param room - bytes left free before the content
 */
export function createPayload(room: number, content: Uint8Array): Buffer {
  const bytes = room + content.byteLength;
  if (bytes < LARGE_BYTES) return ordinaryPayload(room, content);
  const piece = reuse(room, content) ?? create(room, content);
  if (piece === undefined) return ordinaryPayload(room, content);
  piece.users = 1;
  storeOf().usedBytes += piece.bytes;
  return Buffer.from(piece.pages.buffer, PAYLOAD_AT, bytes);
}

/** In memory that no other process can read. */
export function ordinaryPayload(room: number, content: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(room + content.byteLength);
  bytes.set(content, room);
  return bytes;
}

/** Where another process finds a payload, and whether it may keep it in its memory. */
export interface LentPayload {
  readonly path: string;
  readonly bytes: number;
  readonly mayKeep: boolean;
}

/** Undefined when it lies in ordinary memory. */
export function lendPayload(payload: Uint8Array): LentPayload | undefined {
  const piece = pieceOf(payload);
  if (piece === undefined) return undefined;
  return {
    path: piece.pages.path,
    bytes: payload.byteLength,
    mayKeep: piece.canBeLent && storeOf().lent.length < MOST_LENT,
  };
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
  if (isLent(piece)) store.lent.push(piece);
  else keepFree(piece);
  if (store.timer === undefined) store.timer = setTimeout(giveBack, FREE_MS).unref();
  else store.timer.refresh();
}

function keepFree(piece: Piece): void {
  const store = storeOf();
  if (store.free.length === MOST_FREE || store.freeBytes + piece.bytes > MOST_BYTES) {
    discard(piece);
    return;
  }
  store.freeBytes += piece.bytes;
  store.free.push(piece);
}

function isLent({ pages, canBeLent }: Piece): boolean {
  return canBeLent && isOpenElsewhere(pages.fd);
}

/** Those that readers have dropped by now: some of them, in turn. */
function takeBackLent(): void {
  const { lent } = storeOf();
  for (let looks = Math.min(lent.length, LOOKS); looks > 0; looks--) {
    const piece = lent.shift() as Piece;
    if (isLent(piece)) lent.push(piece);
    else keepFree(piece);
  }
}

function giveBack(): void {
  const store = storeOf();
  for (const piece of [...store.free.splice(0), ...store.lent.drain()]) discard(piece);
  store.freeBytes = 0;
}

/** Whoever has it in its memory keeps it there. */
function discard({ pages }: Piece): void {
  storeOf().pieces.delete(pages.buffer);
  pages.discard();
}

/** In the other process, whose own it is then. @throws when the sender has died meanwhile */
export function readPayload({ path, bytes, mayKeep }: LentPayload): Buffer {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    if (fstatSync(fd).size < PAYLOAD_AT + bytes) throw new Error(`${path} is shorter than it was.`);
    return (mayKeep ? mapPayload(fd, bytes) : undefined) ?? copyPayload(fd, bytes);
  } finally {
    closeSync(fd);
  }
}

function copyPayload(fd: number, bytes: number): Buffer {
  keepFreedMemory();
  const payload = Buffer.allocUnsafeSlow(bytes);
  for (let read = 0; read < bytes; ) read += readSync(fd, payload, read, bytes - read, PAYLOAD_AT + read);
  return payload;
}

function pieceOf({ buffer, byteLength }: Uint8Array): Piece | undefined {
  return byteLength < LARGE_BYTES ? undefined : storeOf().pieces.get(buffer);
}

function reuse(room: number, content: Uint8Array): Piece | undefined {
  const bytes = PAYLOAD_AT + room + content.byteLength;
  const store = storeOf();
  takeBackLent();
  const index = store.free.findLastIndex((piece) => piece.bytes >= bytes && piece.bytes <= 2 * bytes);
  const [piece] = index === -1 ? [] : store.free.splice(index, 1);
  if (piece === undefined) return undefined;
  store.freeBytes -= piece.bytes;
  new Uint8Array(piece.pages.buffer).set(content, PAYLOAD_AT + room);
  return piece;
}

function create(room: number, content: Uint8Array): Piece | undefined {
  const bytes = PAYLOAD_AT + room + content.byteLength;
  // In steps of an eighth, so that payloads of about one size share.
  const step = 2 ** Math.max(16, Math.floor(Math.log2(bytes)) - 3);
  const size = Math.ceil(bytes / step) * step;
  const { usedBytes, pieces } = storeOf();
  if (usedBytes + size > MOST_BYTES) return undefined;
  const pages = createSharedPages(size, content, PAYLOAD_AT + room);
  if (pages === undefined) return undefined;
  prepareLease(pages.fd);
  const piece: Piece = { pages, bytes: size, canBeLent: !isOpenElsewhere(pages.fd), users: 0 };
  pieces.set(pages.buffer, piece);
  return piece;
}
