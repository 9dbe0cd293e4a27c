/**
 * The system calls that Node does not have, through koffi; the only importer of koffi.
 *
 * Loaded at first use. Never through koffi's `.async`: that sleeps in libuv's pool, which files and DNS need.
 */
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { LockUnavailableError } from '../errors.js';

/** A failed system call, in the shape of Node's own. */
export type SystemError = Error & { readonly code: string; readonly errno: number; readonly syscall: string };

export type FlockMode = 'exclusive' | 'shared';

/** Kind of a lock on a range of a file, as `struct flock` has it. @see fcntl_locking(2) */
export type RangeLockKind = 'read' | 'write' | 'none';

export interface LockCalls {
  /**
   * Tries once to lock an open file, and never sleeps.
   *
   * @returns false when another open file description excludes it
   * @throws SystemError for anything else
   * @see flock(2)
   */
  tryFlock(fd: number, mode: FlockMode): boolean;
  unlockFlock(fd: number): void;
  /** True where {@link tryRangeLock} is there. */
  readonly hasRangeLocks: boolean;
  /**
   * Tries once to lock one byte for this open file description, apart from what flock does.
   *
   * @param offset - of the byte; may lie behind the end of the file
   * @see fcntl_locking(2), "Open file description locks"
   */
  tryRangeLock(fd: number, kind: RangeLockKind, offset?: number): boolean;
}

/** A part of a file in this process's memory. */
export interface Mapping {
  /** Where it lies in this process; the same in all its threads. */
  readonly address: bigint;
  readonly buffer: ArrayBuffer;
}

export interface MemoryCalls {
  /**
   * Maps part of a file, shared with all who map it. The view stays valid for good: a mapping is never taken away,
   * see {@link discard}.
   *
   * @see mmap(2)
   */
  map(fd: number, offset: number, length: number): Mapping;
  /**
   * Gives the memory of a mapping back, when no view of it is left. The addresses stay taken and read as zeros, so
   * that a view which was moved elsewhere (`ArrayBuffer.prototype.transfer`) can't crash the process.
   */
  discard(address: bigint, length: number): void;
  /** Makes sure that the file system has room for that part of the file, and makes the file as long. @see fallocate(2) */
  reserve(fd: number, offset: number, length: number): void;
  /** Gives a file that was opened with O_TMPFILE its name; false when the name is taken. @see open(2) */
  link(fd: number, path: string): boolean;
}

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
const F_OFD_SETLK = 37;
const RANGE_LOCK_TYPE: Record<RangeLockKind, number> = { read: 0, write: 1, none: 2 };
// struct flock of a 64-bit little-endian Linux: l_type and l_whence (2 bytes each), l_start at 8, l_len at 16, l_pid at 24.
const STRUCT_FLOCK_SIZE = 32;
const ARCHITECTURES_64_BIT_LE = ['x64', 'arm64', 'riscv64', 'loong64'];

const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE_FIXED_ANONYMOUS_NORESERVE = 0x02 | 0x10 | 0x20 | 0x4000;
const MAP_FAILED = 2n ** 64n - 1n;
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;

interface Bound {
  readonly lock: LockCalls;
  /** Undefined where the constants above do not hold. */
  readonly memory: MemoryCalls | undefined;
}

let loaded: Bound | undefined;

/** @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE` where there is no FFI */
export function lockCalls(): LockCalls {
  loaded ??= load();
  return loaded.lock;
}

/** @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE` where there is no FFI, or another system than Linux */
export function memoryCalls(): MemoryCalls {
  loaded ??= load();
  if (loaded.memory !== undefined) return loaded.memory;
  throw new LockUnavailableError(
    `Shared memory is not there yet on ${process.platform}-${process.arch}: only on 64-bit Linux.`,
  );
}

function load(): Bound {
  if (process.env['IPC_LOCK_NO_FFI'] === '1') {
    throw new LockUnavailableError(
      'FFI is turned off by IPC_LOCK_NO_FFI=1, and there is no back end without it yet. Unset that variable.',
    );
  }
  if (process.platform === 'win32') {
    throw new LockUnavailableError(
      'Windows has no flock(2), and there is no back end for it yet. Use Linux or WSL.',
    );
  }
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    return bind(koffi);
  } catch (cause) {
    throw new LockUnavailableError(
      `koffi could not be loaded on ${process.platform}-${process.arch}: reinstall without --omit=optional, ` +
        'or see the cause for what is missing.',
      { cause },
    );
  }
}

type Flock = (fd: number, operation: number) => number;
type Fcntl = (fd: number, command: number, type: 'void *', lock: Buffer) => number;

function bind(koffi: typeof Koffi): Bound {
  // The process itself: libc is in it, whichever libc that is.
  const library = koffi.load(null);
  const flock = library.func('int flock(int fd, int operation)') as unknown as Flock;
  const fcntl = library.func('int fcntl(int fd, int command, ...)') as unknown as Fcntl;
  const { errno } = koffi.os;
  const nameOf = new Map(Object.entries(errno).map(([name, value]) => [value, name]));

  const failed = (syscall: string, number: number): SystemError => {
    const code = nameOf.get(number) ?? `errno ${number}`;
    return Object.assign(new Error(`${syscall}(2) failed: ${code}`), { code, errno: -number, syscall });
  };

  /** Calls until no signal comes between. */
  const call = (syscall: string, run: () => number, busy: readonly (number | undefined)[]): boolean => {
    for (;;) {
      if (run() === 0) return true;
      const number = koffi.errno();
      if (number === errno['EINTR']) continue;
      if (busy.includes(number)) return false;
      throw failed(syscall, number);
    }
  };

  const is64BitLinux = process.platform === 'linux' && ARCHITECTURES_64_BIT_LE.includes(process.arch);
  const lock: LockCalls = {
    tryFlock: (fd, mode) =>
      call('flock', () => flock(fd, (mode === 'shared' ? LOCK_SH : LOCK_EX) | LOCK_NB), [errno['EAGAIN']]),
    unlockFlock(fd) {
      call('flock', () => flock(fd, LOCK_UN), []);
    },
    hasRangeLocks: is64BitLinux,
    tryRangeLock(fd, kind, offset = 0) {
      const range = Buffer.alloc(STRUCT_FLOCK_SIZE);
      range.writeInt16LE(RANGE_LOCK_TYPE[kind], 0);
      range.writeBigInt64LE(BigInt(offset), 8);
      range.writeUInt8(1, 16);
      return call('fcntl', () => fcntl(fd, F_OFD_SETLK, 'void *', range), [errno['EAGAIN'], errno['EACCES']]);
    },
  };
  return { lock, memory: is64BitLinux ? bindMemory() : undefined };

  function bindMemory(): MemoryCalls {
    const mmap = library.func(
      'void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)',
    ) as unknown as (
      address: bigint | null,
      length: number,
      protection: number,
      flags: number,
      fd: number,
      offset: number,
    ) => bigint;
    const fallocate = library.func(
      'int fallocate(int fd, int mode, int64_t offset, int64_t length)',
    ) as unknown as (fd: number, mode: number, offset: number, length: number) => number;
    const linkat = library.func(
      'int linkat(int from, const char *fromPath, int to, const char *toPath, int flags)',
    ) as unknown as (from: number, fromPath: string, to: number, toPath: string, flags: number) => number;

    const mapped = (address: bigint): bigint => {
      if (BigInt.asUintN(64, address) === MAP_FAILED) throw failed('mmap', koffi.errno());
      return address;
    };

    return {
      map(fd, offset, length) {
        const address = mapped(mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, offset));
        return { address, buffer: koffi.view(address, length) };
      },
      discard(address, length) {
        mapped(mmap(address, length, PROT_READ_WRITE, MAP_PRIVATE_FIXED_ANONYMOUS_NORESERVE, -1, 0));
      },
      reserve(fd, offset, length) {
        call('fallocate', () => fallocate(fd, 0, offset, length), []);
      },
      link: (fd, path) =>
        call('linkat', () => linkat(AT_FDCWD, `/proc/self/fd/${fd}`, AT_FDCWD, path, AT_SYMLINK_FOLLOW), [
          errno['EEXIST'],
        ]),
    };
  }
}
