/**
 * Memory for this process and a child of it, in a file that never had a name.
 *
 * The child opens it through this process' entry in /proc, so nothing is left in /dev/shm whatever kills either of
 * them, at whatever moment. ipc-lock's SharedMemory can do more (names, more than two users), and costs each child its
 * start. @see open(2) O_TMPFILE, mmap(2), proc_pid_fd(5)
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { type LibC, libC } from './ffi.js';

export interface SharedPages {
  readonly buffer: ArrayBuffer;
  /** Where a child finds it. */
  readonly path: string;
  /** Gives the memory back. The view stays valid, and reads as zeros. */
  discard(): void;
}

const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_PRIVATE_FIXED_ANONYMOUS_NORESERVE = 0x02 | 0x10 | 0x20 | 0x4000;
const MAP_FAILED = 2n ** 64n - 1n;

/** All zeros; undefined without FFI, and where memory or descriptors are short. */
export function createSharedPages(bytes: number): SharedPages | undefined {
  const libc = libC();
  if (libc === undefined) return undefined;
  let fd: number | undefined;
  try {
    fd = openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600);
    // Written, not only made as long: a full /dev/shm shows here, and not as SIGBUS later.
    for (let written = 0; written < bytes; ) written += writeSync(fd, new Uint8Array(bytes - written));
    const { buffer, address } = map(libc, fd, bytes);
    const opened = fd;
    return {
      buffer,
      path: `/proc/${process.pid}/fd/${fd}`,
      discard: () => {
        closeSync(opened);
        mmap(libc)(address, bytes, PROT_READ_WRITE, MAP_PRIVATE_FIXED_ANONYMOUS_NORESERVE, -1, 0);
      },
    };
  } catch {
    // No /dev/shm, or none left of it: whoever asks has another way.
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}

/** In the child. Undefined when it can't be had; its parent then goes another way. */
export function openSharedPages(path: string, bytes: number): ArrayBuffer | undefined {
  const libc = libC();
  if (libc === undefined) return undefined;
  try {
    const fd = openSync(path, constants.O_RDWR);
    try {
      return map(libc, fd, bytes).buffer;
    } finally {
      closeSync(fd);
    }
  } catch {
    // The parent has died, or its /proc entry is not for us.
    return undefined;
  }
}

type Mmap = (
  address: bigint | null,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
) => bigint;
let boundMmap: Mmap | undefined;

function mmap(libc: LibC): Mmap {
  boundMmap ??= libc.library.func(
    'void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)',
  ) as unknown as Mmap;
  return boundMmap;
}

function map(libc: LibC, fd: number, bytes: number): { buffer: ArrayBuffer; address: bigint } {
  const address = mmap(libc)(null, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (BigInt.asUintN(64, address) === MAP_FAILED) throw new Error('mmap(2) failed.');
  return { buffer: libc.koffi.view(address, bytes), address };
}
