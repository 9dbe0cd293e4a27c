/** Blocks this thread until one of several descriptors is ready. @see poll(2) */
import { libC, type LibC, systemError } from './ffi.js';

export const POLLIN = 1;
export const POLLOUT = 4;
/** The longest single call: the kernel takes an int. */
const LONGEST_MS = 60_000;
const EINTR = 4;

/** A descriptor, and what it shall be ready for. */
export interface Interest {
  readonly fd: number;
  readonly events: number;
}

type Poll = (fds: Buffer, count: number, timeoutMs: number) => number;
let bound: { readonly poll: Poll; readonly koffi: LibC['koffi'] } | undefined;

function bind(): NonNullable<typeof bound> {
  if (bound === undefined) {
    const { koffi, library } = libC() as LibC;
    const poll = library.func('int poll(_Inout_ void *fds, unsigned long nfds, int timeout)');
    bound = { poll: poll as unknown as Poll, koffi };
  }
  return bound;
}

/**
 * Needs FFI.
 *
 * @param milliseconds - the longest wait; it may end earlier for no reason (a signal, a minute that is over)
 * @returns for each what it is ready for, POLLERR and POLLHUP among it; 0 for nothing
 */
export function pollDescriptors(interests: readonly Interest[], milliseconds: number): number[] {
  const { poll, koffi } = bind();
  // struct pollfd { int fd; short events; short revents; }
  const table = Buffer.alloc(interests.length * 8);
  interests.forEach(({ fd, events }, index) => {
    table.writeInt32LE(fd, index * 8);
    table.writeInt16LE(events, index * 8 + 4);
  });
  const timeout = Math.max(0, Math.ceil(Math.min(milliseconds, LONGEST_MS)));
  if (poll(table, interests.length, timeout) < 0 && koffi.errno() !== EINTR) throw systemError('poll');
  return interests.map((_, index) => table.readInt16LE(index * 8 + 6));
}
