/**
 * libuv's event loop, where its own functions do not reach: what keeps it alive, and what is under way on it.
 *
 * Places in memory that libuv keeps for all its versions 1.x (its header uv.h is part of its binary interface):
 *
 * | uv_loop_t                 | byte | uv_handle_t, uv_stream_t, uv_udp_t            | byte     |
 * | ------------------------- | ---- | --------------------------------------------- | -------- |
 * | active_handles            | 8    | type                                          | 16       |
 * | handle_queue              | 16   | close_cb                                      | 24       |
 * | active_reqs               | 32   | handle_queue                                  | 32       |
 * | pending_queue             | 72   | flags                                         | 88       |
 * | watcher_queue             | 88   | of a child: exit_cb                           | 96       |
 * | wq: work that was done    | 120  | of a stream: write_queue_size                 | 96       |
 * | inotify_watchers          | -16  | its connect_req, shutdown_req                 | 120, 128 |
 * |                           |      | its write_queue, write_completed_queue        | 192, 208 |
 * |                           |      | of a UDP socket: send_queue_size, _count      | 96, 104  |
 * |                           |      | its write_queue, write_completed_queue        | 184, 200 |
 *
 * A queue is a ring of next and previous pointers which begins and ends in its head; empty it points to itself. That of
 * the watchers goes through byte 24 of each uv__io_t, whose `events` are at byte 44. What inotify watches is a tree (left
 * and right at bytes 0 and 8); the loop's field for it is the last but one, before the descriptor of inotify.
 */
import { readlinkSync } from 'node:fs';
import { libC, type LibC } from './ffi.js';
import { ringsOnStack } from './rings-on-stack.js';

const ACTIVE_HANDLES_AT = 8;
const HANDLES_AT = 16;
const ACTIVE_REQUESTS_AT = 32;
const PENDING_AT = 72;
const WATCHERS_AT = 88;
const DONE_WORK_AT = 120;
/** From a watcher's place in its queue to what the kernel watches for it. */
const EVENTS_AFTER = 44 - 24;

const TYPE_AT = 16;
const CLOSE_CALLBACK_AT = 24;
const EXIT_CALLBACK_AT = 96;
const RING_OF_HANDLES_AT = 32;
const FLAGS_AT = 88;
const HANDLE_BYTES = 256;
const TIMER = 13;
const CHILD = 10;
const UDP = 15;
/** Pipes and Unix sockets, TCP, terminals. */
const STREAMS = [7, 12, 14];
/** Type of handle → what ends its events. Signals are Node's own affair. */
const STOPS = new Map([
  [3, 'uv_fs_event_stop'],
  [4, 'uv_fs_poll_stop'],
  [8, 'uv_poll_stop'],
  // Node's own for all timers, which the first of the copy starts again, and those of dns.
  [TIMER, 'uv_timer_stop'],
  [UDP, 'uv_udp_recv_stop'],
  ...STREAMS.map((type) => [type, 'uv_read_stop'] as const),
]);
const STREAM = { numbers: [96, 120, 128], queues: [192, 208] };
const DATAGRAMS = { numbers: [96, 104], queues: [184, 200] };
/** UV_HANDLE_CLOSING: it is about to be closed, or told so in this moment. */
const IS_CLOSING = 0x1;
/** UV_HANDLE_SHUTTING: a shutdown is waited for. */
const IS_SHUTTING = 0x100;
/** UV_HANDLE_REF: keeps the event loop alive while it is active. */
const IS_REF = 0x8;

interface Loop {
  readonly koffi: LibC['koffi'];
  readonly address: bigint;
  readonly bytes: number;
  readonly stops: ReadonlyMap<number, (handle: bigint) => number>;
  readonly uv_ref: (handle: bigint) => void;
  readonly uv_unref: (handle: bigint) => void;
}
let loop: Loop | undefined;

function mainLoop(): Loop {
  if (loop !== undefined) return loop;
  const { koffi, library } = libC() as LibC;
  const address = (library.func('void *uv_default_loop()') as unknown as () => bigint)();
  return (loop = {
    koffi,
    address,
    bytes: (library.func('size_t uv_loop_size()') as unknown as () => number)(),
    stops: new Map([...STOPS].map(([type, name]) => [type, library.func(`int ${name}(uintptr_t)`)])),
    uv_ref: library.func('void uv_ref(uintptr_t)'),
    uv_unref: library.func('void uv_unref(uintptr_t)'),
  } as unknown as Loop);
}

/** Where it is, for libuv's own functions. */
export function addressOfEventLoop(): bigint {
  return mainLoop().address;
}

/** How many handles and requests keep the event loop alive; an immediate that runs is one of them. */
export function holdsOfEventLoop(): number {
  const { koffi, address } = mainLoop();
  const memory = koffi.view(address, ACTIVE_REQUESTS_AT + 4);
  const [handles = 0] = new Uint32Array(memory, ACTIVE_HANDLES_AT, 1);
  const [requests = 0] = new Uint32Array(memory, ACTIVE_REQUESTS_AT, 1);
  return handles + requests;
}

/**
 * In a copy, after `uv_loop_fork`: that leaves out watchers which the original was about to change, as a socket whose
 * write has just had to wait. They seem to be known to the kernel, which does not know them in the copy's new epoll: libuv aborts.
 */
export function rewatch(): void {
  const { koffi, address } = mainLoop();
  for (const node of ring(address + BigInt(WATCHERS_AT))) {
    new Uint32Array(koffi.view(node + BigInt(EVENTS_AFTER), 4))[0] = 0;
  }
}

/**
 * In a copy: what the original's loop was waiting for, or had to tell, is the original's. It must neither call back
 * in the copy nor keep the copy's event loop alive; nor may it be counted off later, when its handle is closed, as
 * that would count off what the copy has under way. What the original reads or watches
 * is not for the copy to take, either.
 */
export function forgetRequests(): void {
  const { koffi, address, stops } = mainLoop();
  for (const handle of handles()) {
    const memory = koffi.view(handle, HANDLE_BYTES);
    const [type = 0] = new Uint32Array(memory, TYPE_AT, 1);
    const [flags = 0] = new Uint32Array(memory, FLAGS_AT, 1);
    if ((flags & IS_CLOSING) === 0) stops.get(type)?.(handle);
    else new BigUint64Array(memory, CLOSE_CALLBACK_AT, 1)[0] = 0n;
    if (type === CHILD) new BigUint64Array(memory, EXIT_CALLBACK_AT, 1)[0] = 0n;
  }
  emptyRing(address + BigInt(PENDING_AT));
  emptyRing(address + BigInt(DONE_WORK_AT));
  // None is under way where no request is.
  if (requests(koffi, address)[0] !== 0) for (const head of ringsOnStack(address)) emptyRing(head);
  forgetWrites();
}

/** What has been written and did not leave. */
export function forgetWrites(): void {
  const { koffi, address } = mainLoop();
  for (const handle of handles()) {
    const memory = koffi.view(handle, HANDLE_BYTES);
    const [type = 0] = new Uint32Array(memory, TYPE_AT, 1);
    const fields = STREAMS.includes(type) ? STREAM : type === UDP ? DATAGRAMS : undefined;
    if (fields === undefined) continue;
    for (const number of fields.numbers) new BigUint64Array(memory, number, 1)[0] = 0n;
    for (const queue of fields.queues) emptyRing(handle + BigInt(queue));
    const flags = new Uint32Array(memory, FLAGS_AT, 1);
    flags[0] = (flags[0] as number) & ~IS_SHUTTING;
  }
  requests(koffi, address)[0] = 0;
}

/** How many requests keep the loop alive. */
function requests(koffi: LibC['koffi'], loop: bigint): Uint32Array {
  return new Uint32Array(koffi.view(loop, ACTIVE_REQUESTS_AT + 4), ACTIVE_REQUESTS_AT, 1);
}

function isInotify(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:inotify';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** In a node of the tree: whether listeners are being called. */
const ITERATING_AT = 48;

/** Whether libuv is telling of changed files: it could not go on with that in a copy, which has another inotify. */
export function isTellingOfChanges(): boolean {
  const { koffi, address, bytes } = mainLoop();
  const isIterating = (node: bigint): boolean => {
    if (node === 0n) return false;
    const memory = koffi.view(node, ITERATING_AT + 4);
    const [left = 0n, right = 0n] = new BigUint64Array(memory, 0, 2);
    return new Int32Array(memory, ITERATING_AT, 1)[0] !== 0 || isIterating(left) || isIterating(right);
  };
  const fields = koffi.view(address + BigInt(bytes - 16), 16);
  const [root = 0n] = new BigUint64Array(fields, 0, 1);
  const [inotify = -1] = new Int32Array(fields, 8, 1);
  // Nobody has watched anything so far; or the fields are others, in a libuv to come.
  if (inotify < 0 || !isInotify(inotify)) return false;
  return isIterating(root);
}

/**
 * Of all handles, also those which do not keep the loop alive: Node lists only those that do. Not of timers, whose
 * owners may be gone.
 */
export function withAllRef<T>(list: () => T): T {
  const { koffi, uv_ref, uv_unref } = mainLoop();
  const others = handles().filter((handle) => {
    const memory = koffi.view(handle, HANDLE_BYTES);
    const [type] = new Uint32Array(memory, TYPE_AT, 1);
    const [flags = 0] = new Uint32Array(memory, FLAGS_AT, 1);
    return type !== TIMER && (flags & IS_REF) === 0;
  });
  for (const handle of others) uv_ref(handle);
  try {
    return list();
  } finally {
    for (const handle of others) uv_unref(handle);
  }
}

function handles(): bigint[] {
  const { address } = mainLoop();
  return ring(address + BigInt(HANDLES_AT)).map((node) => node - BigInt(RING_OF_HANDLES_AT));
}

function linkOf(node: bigint): BigUint64Array {
  return new BigUint64Array(mainLoop().koffi.view(node, 16));
}

/** The members of a queue, without its head. */
function ring(head: bigint): bigint[] {
  const nodes: bigint[] = [];
  for (let before = head; ; ) {
    const [node = 0n] = linkOf(before);
    if (linkOf(node)[1] !== before) throw new Error("A queue of libuv's event loop is not where it was.");
    if (node === head) return nodes;
    nodes.push(node);
    before = node;
  }
}

/** Each of its members can be taken out, or queued again, by itself. */
function emptyRing(head: bigint): void {
  for (const node of [...ring(head), head]) linkOf(node).fill(node);
}
