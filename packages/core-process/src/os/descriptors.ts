/**
 * Descriptors by number: pairs of connected sockets, and how descriptors go to another process.
 *
 * Pairs instead of sockets with a name: what was never in the file system nobody else can open, and
 * nothing of it is left when both ends are gone.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { libC, type LibC, systemError } from './ffi.js';
import { POLLIN, pollDescriptors } from './poll.js';
import { monotonicNow } from '../real-timers.js';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const O_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const F_DUPFD_CLOEXEC = 1030;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
const EINTR = 4;
const EAGAIN = 11;
const ECONNABORTED = 103;
const SHUT_WR = 1;

interface Calls {
  readonly koffi: LibC['koffi'];
  readonly socketpair: (domain: number, type: number, protocol: number, pair: Int32Array) => number;
  readonly sendmsg: (fd: number, message: Buffer, flags: number) => number;
  readonly recvmsg: (fd: number, message: Buffer, flags: number) => number;
  readonly fcntl: (fd: number, command: number, argument: number) => number;
  readonly dup2: (from: number, to: number) => number;
  readonly dup3: (from: number, to: number, flags: number) => number;
  readonly accept4: (fd: number, address: null, length: null, flags: number) => number;
  readonly shutdown: (fd: number, how: number) => number;
}
let calls: Calls | undefined;

function bind(): Calls {
  if (calls !== undefined) return calls;
  const { koffi, library } = libC() as LibC;
  calls = {
    koffi,
    socketpair: library.func('int socketpair(int, int, int, _Out_ int *pair)'),
    sendmsg: library.func('long sendmsg(int, void *message, int)'),
    recvmsg: library.func('long recvmsg(int, void *message, int)'),
    fcntl: library.func('int fcntl(int, int, long)'),
    dup2: library.func('int dup2(int, int)'),
    dup3: library.func('int dup3(int, int, int)'),
    accept4: library.func('int accept4(int, void *address, void *length, int)'),
    shutdown: library.func('int shutdown(int, int)'),
  } as unknown as Calls;
  return calls;
}

/** Two connected stream sockets, neither inherited by a program that is executed. @see socketpair(2) */
export function socketPair({ blocks = true } = {}): [number, number] {
  const pair = new Int32Array(2);
  const type = SOCK_STREAM | SOCK_CLOEXEC | (blocks ? 0 : SOCK_NONBLOCK);
  if (bind().socketpair(AF_UNIX, type, 0, pair) !== 0) throw systemError('socketpair');
  return [awayFromStandard(pair[0] as number), awayFromStandard(pair[1] as number)];
}

/** /dev/null, not inherited by a program that is executed. */
export function openNull(): number {
  return awayFromStandard(openSync('/dev/null', 'r+'));
}

/** Another number for the same file, above all that have a meaning, not inherited by a program that is executed. */
export function duplicateDescriptor(fd: number): number {
  const duplicate = bind().fcntl(fd, F_DUPFD_CLOEXEC, 10);
  if (duplicate < 0) throw systemError('fcntl');
  return duplicate;
}

/** Where a standard stream is closed its number is the next to be given away: children would inherit it. */
function awayFromStandard(fd: number): number {
  if (fd > 2) return fd;
  const moved = duplicateDescriptor(fd);
  closeSync(fd);
  return moved;
}

/** Puts a descriptor at another number, closing what was there. @see dup2(2) */
export function moveDescriptor(from: number, to: number, inherited: boolean): void {
  const { dup2, dup3 } = bind();
  const moved = inherited ? dup2(from, to) : dup3(from, to, O_CLOEXEC);
  if (moved !== to) throw systemError('dup2');
}

/**
 * One byte, and descriptors with it, in memory that stays where it is.
 *
 * | structure | of 64-bit Linux, little endian                                             |
 * | --------- | -------------------------------------------------------------------------- |
 * | iovec     | address, length                                                            |
 * | cmsghdr   | length (8 bytes), level, type, then the descriptors                        |
 * | msghdr    | name, its length, iovec, their count, control, its length, flags (56 bytes) |
 */
class DescriptorMessage {
  readonly message = Buffer.allocUnsafeSlow(56).fill(0);
  readonly #byte = Buffer.allocUnsafeSlow(8).fill(0);
  readonly #vector = Buffer.allocUnsafeSlow(16).fill(0);
  readonly #control: Buffer;
  readonly #count: number;

  constructor(count: number) {
    const { koffi } = bind();
    this.#count = count;
    // CMSG_SPACE: a header of 16 bytes, and the descriptors in whole words of 8.
    this.#control = Buffer.allocUnsafeSlow(16 + Math.ceil((count * 4) / 8) * 8).fill(0);
    this.#vector.writeBigUInt64LE(koffi.address(this.#byte), 0);
    this.#vector.writeBigUInt64LE(1n, 8);
    this.message.writeBigUInt64LE(koffi.address(this.#vector), 16);
    this.message.writeBigUInt64LE(1n, 24);
    this.message.writeBigUInt64LE(koffi.address(this.#control), 32);
  }

  write(descriptors: readonly number[]): void {
    this.message.writeBigUInt64LE(BigInt(this.#control.byteLength), 40);
    this.#control.writeBigUInt64LE(BigInt(16 + descriptors.length * 4), 0);
    this.#control.writeInt32LE(SOL_SOCKET, 8);
    this.#control.writeInt32LE(SCM_RIGHTS, 12);
    descriptors.forEach((fd, index) => this.#control.writeInt32LE(fd, 16 + index * 4));
  }

  prepareToRead(): void {
    this.message.writeBigUInt64LE(BigInt(this.#control.byteLength), 40);
    this.message.writeInt32LE(0, 48);
    this.#control.fill(0);
  }

  read(): number[] {
    const bytes = Number(this.message.readBigUInt64LE(40));
    if (bytes < 16 || this.#control.readInt32LE(12) !== SCM_RIGHTS) return [];
    const count = Math.min(this.#count, (Number(this.#control.readBigUInt64LE(0)) - 16) >> 2);
    return Array.from({ length: count }, (_, index) => this.#control.readInt32LE(16 + index * 4));
  }
}

const messages = new Map<number, DescriptorMessage>();

function messageFor(count: number): DescriptorMessage {
  let found = messages.get(count);
  if (found === undefined) messages.set(count, (found = new DescriptorMessage(count)));
  return found;
}

/** Sends one byte and with it the descriptors; the receiver gets its own numbers for them. @see unix(7) SCM_RIGHTS */
export function sendDescriptors(socket: number, descriptors: readonly number[]): void {
  const message = messageFor(descriptors.length);
  message.write(descriptors);
  const { sendmsg, koffi } = bind();
  while (sendmsg(socket, message.message, MSG_NOSIGNAL) !== 1) {
    if (koffi.errno() !== EINTR) throw systemError('sendmsg');
  }
}

/**
 * Waits, blocking the thread, for one byte and the descriptors that come with it.
 *
 * @returns undefined when the other end is gone
 */
export function receiveDescriptors(socket: number, count: number): number[] | undefined {
  const message = messageFor(count);
  const { recvmsg, koffi } = bind();
  for (;;) {
    message.prepareToRead();
    const bytes = recvmsg(socket, message.message, MSG_CMSG_CLOEXEC);
    if (bytes > 0) return message.read();
    if (bytes === 0) return undefined;
    if (koffi.errno() !== EINTR) return undefined;
  }
}

/**
 * Reads exactly so many bytes, blocking the thread, whether the descriptor itself blocks or not.
 *
 * @param deadline - milliseconds on the clock of performance.now()
 * @returns undefined when the other end is gone; `'late'` at the deadline
 */
export function readExactly(fd: number, bytes: number, deadline: number): Buffer | undefined | 'late' {
  const got = Buffer.alloc(bytes);
  for (let filled = 0; filled < bytes; ) {
    const left = deadline - monotonicNow();
    if (left <= 0) return 'late';
    const [ready] = pollDescriptors([{ fd, events: POLLIN }], left);
    if (ready === 0) continue;
    try {
      const read = readSync(fd, got, filled, bytes - filled, null);
      if (read === 0) return undefined;
      filled += read;
    } catch (error) {
      const { errno, code } = error as NodeJS.ErrnoException;
      if (errno === -EAGAIN) continue;
      // ECONNRESET: the other end died with something of ours unread.
      if (code === 'ECONNRESET') return undefined;
      throw error;
    }
  }
  return got;
}

/**
 * The next one who has connected to a listening socket that does not block, as a socket that does not either.
 *
 * @returns undefined when nobody has
 * @throws an error with `code`, such as EMFILE. @see accept4(2)
 */
export function acceptConnection(listener: number): number | undefined {
  const { accept4, koffi } = bind();
  for (;;) {
    const fd = accept4(listener, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) return fd;
    const errno = koffi.errno();
    if (errno === EAGAIN) return undefined;
    if (errno !== EINTR && errno !== ECONNABORTED) throw systemError('accept4', errno);
  }
}

/** Nothing more comes from here. One that is gone already needs no telling. @see shutdown(2) */
export function shutdownOutput(socket: number): void {
  bind().shutdown(socket, SHUT_WR);
}

/** Closes what is open; a descriptor that is not is no mistake here. */
export function closeDescriptors(descriptors: readonly number[]): void {
  for (const fd of descriptors) {
    try {
      closeSync(fd);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error;
    }
  }
}
