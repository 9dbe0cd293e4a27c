/**
 * Memory for large payloads, in files without names that another process reads from: what is encoded here is copied
 * nowhere else, and its pages are used again. Fresh pages cost ten times what copying into used ones does.
 *
 * A piece is used by whoever has made the payload, and by a link whose other side has not read it. A large one is lent,
 * after that, as long as a process that has read it keeps it in its memory (mapped-payload.ts), which the kernel tells.
 */
import { Deque } from '../deque.js';
import { perProcess } from '../per-process.js';
import { canBeLeased, isOpenElsewhere } from './file-lease.js';
import { LEAST_KEPT_BYTES, PAYLOAD_AT } from './mapped-payload.js';
import { createSharedPages, type SharedPages } from './shared-pages.js';
import { setTimeout } from '../real-timers.js';

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
  readonly serial: number;
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
  created: 0,
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

/** Where another process finds a payload: see payload-reader.ts. */
export interface LentPayload {
  readonly path: string;
  readonly bytes: number;
  /** Whether it may keep it in its memory, instead of copying it. */
  readonly mayKeep: boolean;
  /** Of the piece that it lies in, which is the only one of its thread with that number. */
  readonly serial: number;
  readonly pieceBytes: number;
}

/** Undefined when it lies in ordinary memory. */
export function lendPayload(payload: Uint8Array): LentPayload | undefined {
  const piece = pieceOf(payload);
  if (piece === undefined) return undefined;
  return {
    path: piece.pages.path,
    bytes: payload.byteLength,
    serial: piece.serial,
    pieceBytes: piece.bytes,
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
  const store = storeOf();
  if (store.usedBytes + size > MOST_BYTES) return undefined;
  const pages = createSharedPages(size, content, PAYLOAD_AT + room);
  if (pages === undefined) return undefined;
  const canBeLent = size >= LEAST_KEPT_BYTES && canBeLeased(pages.fd);
  const piece: Piece = { pages, bytes: size, serial: ++store.created, canBeLent, users: 0 };
  store.pieces.set(pages.buffer, piece);
  return piece;
}
