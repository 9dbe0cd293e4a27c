/**
 * Memory for this process and another one, in a file that never had a name.
 *
 * The other one opens it through this process' entry in /proc, so nothing is left in /dev/shm whatever kills either of
 * them, at whatever moment. ipc-lock's SharedMemory can do more (names, more than two users), and costs each child its
 * start. @see open(2) O_TMPFILE, mmap(2), proc_pid_fd(5)
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { type LibC, libC } from './ffi.js';

export interface MappedPages {
  readonly buffer: ArrayBuffer;
  /** Gives the memory back. The view stays valid as long as anybody has it, and reads as zeros. */
  discard(): void;
}

export interface SharedPages extends MappedPages {
  /** Where another process finds it, and this one, as long as {@link closePath} was not called. */
  readonly path: string;
  readonly fd: number;
  closePath(): void;
}

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_PRIVATE_FIXED = 0x02 | 0x10;
const MAP_ANONYMOUS_NORESERVE = 0x20 | 0x4000;
const MAP_FAILED = 2n ** 64n - 1n;

/** Kept: what is fresh costs the kernel four times as much to read. */
const ZEROS = new Uint8Array(64 * 1024);

/**
 * @param content - what stands in it from the byte `at` on; all else is zeros
 * @returns undefined without FFI, and where memory or descriptors are short
 */
export function createSharedPages(
  bytes: number,
  content: Uint8Array = new Uint8Array(0),
  at = 0,
): SharedPages | undefined {
  const libc = libC();
  if (libc === undefined) return undefined;
  let fd: number | undefined;
  try {
    fd = openUnnamed();
    // Written, not only made as long: a full /dev/shm shows here, and not as SIGBUS later.
    writeZeros(fd, 0, at);
    for (let written = 0; written < content.byteLength; ) {
      written += writeSync(fd, content, written, content.byteLength - written, at + written);
    }
    writeZeros(fd, at + content.byteLength, bytes);
    const mapped = map(libc, fd, bytes);
    let opened: number | undefined = fd;
    const closePath = () => {
      if (opened !== undefined) closeSync(opened);
      opened = undefined;
    };
    return {
      buffer: mapped.buffer,
      path: `/proc/${process.pid}/fd/${fd}`,
      fd,
      closePath,
      discard: () => {
        closePath();
        mapped.discard();
      },
    };
  } catch {
    // No /dev/shm, or none left of it: whoever asks has another way.
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}

function writeZeros(fd: number, start: number, end: number): void {
  for (let place = start; place < end; ) {
    place += writeSync(fd, ZEROS, 0, Math.min(ZEROS.byteLength, end - place), place);
  }
}

/** In the other process. Undefined when it can't be had; the two then go another way. */
export function openSharedPages(path: string, bytes: number): MappedPages | undefined {
  const libc = libC();
  if (libc === undefined) return undefined;
  try {
    const fd = openSync(path, constants.O_RDWR);
    try {
      // Another file may lie there by now.
      if (fstatSync(fd).size < bytes) return undefined;
      return map(libc, fd, bytes);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Its maker has died, or that one's /proc is not for us.
    return undefined;
  }
}

const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Opens a file without a name in memory. @throws where there is no /dev/shm, or no descriptor left */
function openUnnamed(): number {
  return openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600);
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

/** Addresses are given back when nobody has a view of them any more. */
const views = new FinalizationRegistry<{ address: bigint; bytes: number }>(({ address, bytes }) => {
  boundMunmap ??= (libC() as LibC).library.func('int munmap(uintptr_t, size_t)') as unknown as Munmap;
  boundMunmap(address, bytes);
});
type Munmap = (address: bigint, bytes: number) => number;
let boundMunmap: Munmap | undefined;

function map(libc: LibC, fd: number, bytes: number): MappedPages {
  const address = BigInt.asUintN(64, mmap(libc)(null, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0));
  if (address === MAP_FAILED) throw new Error('mmap(2) failed.');
  const buffer = libc.koffi.view(address, bytes);
  views.register(buffer, { address, bytes });
  return {
    buffer,
    discard: () => {
      mapOver(address, bytes);
    },
  };
}

/**
 * Puts pages of a file in the place of memory that is there, without one fresh pages. What is written into them is this
 * process' own. Only with FFI.
 *
 * @returns false where it failed; what was there may be gone
 */
export function mapOver(address: bigint, bytes: number, fd = -1, offset = 0): boolean {
  const flags = MAP_PRIVATE_FIXED | (fd === -1 ? MAP_ANONYMOUS_NORESERVE : 0);
  return mmap(libC() as LibC)(address, bytes, PROT_READ_WRITE, flags, fd, offset) === address;
}
