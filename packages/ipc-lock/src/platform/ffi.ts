/**
 * The system calls that Node does not have, through koffi; the only importer of koffi.
 *
 * Loaded at first use. Never through koffi's `.async`: that sleeps in libuv's pool, which files and DNS need.
 */
import type * as Koffi from 'koffi';
import { LockUnavailableError } from '../errors.js';
import { requireFrom } from './lazy-builtins.js';

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
  /** True while another open file description has the byte locked; changes nothing. */
  isRangeLocked(fd: number, offset: number): boolean;
}

/** A part of a file in this process's memory. */
export interface Mapping {
  /** Where it lies in this process; the same in all its threads. */
  readonly address: bigint;
  readonly buffer: ArrayBuffer;
}

/** A word and what it is expected to be while one sleeps. */
export interface SleepingWord {
  readonly address: bigint;
  readonly expected: number;
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
  /**
   * Sleeps while the word at `address` is `expected`, for at most `ms` milliseconds; may wake for no reason.
   *
   * @see futex(2), FUTEX_WAIT
   */
  sleep(address: bigint, expected: number, ms: number): void;
  /** Sleeps while each of the words is as expected; sleeps in short slices where futex_waitv(2) is not there. */
  sleepOnAny(words: readonly SleepingWord[], ms: number): void;
  /** Wakes up to `count` of those who sleep at `address`, in all processes. @see futex(2), FUTEX_WAKE */
  wake(address: bigint, count: number): void;
  /** Reads a 32-bit word that this process has mapped. */
  load(address: bigint): number;
  /** Where the memory of a view lies. */
  addressOf(view: ArrayBufferView): bigint;
  /** Gives a file that was opened with O_TMPFILE its name; false when the name is taken. @see open(2) */
  link(fd: number, path: string): boolean;
}

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const RANGE_LOCK_TYPE: Record<RangeLockKind, number> = { read: 0, write: 1, none: 2 };
// struct flock of a 64-bit little-endian Linux: l_type and l_whence (2 bytes each), l_start at 8, l_len at 16, l_pid at 24.
const STRUCT_FLOCK_SIZE = 32;
const ARCHITECTURES_64_BIT_LE = ['x64', 'arm64', 'riscv64', 'loong64'];

const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE_FIXED_ANONYMOUS_NORESERVE = 0x02 | 0x10 | 0x20 | 0x4000;
const MAP_FAILED = 2n ** 64n - 1n;
// The FUTEX_PRIVATE_FLAG is not set: others than this process sleep here too.
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX2_SIZE_U32 = 2;
const SYS_FUTEX: Partial<Record<NodeJS.Architecture, number>> = { x64: 202 };
/** Of the architectures whose numbers follow the kernel's common table. */
const SYS_FUTEX_ELSEWHERE = 98;
const SYS_FUTEX_WAITV = 449;
/** Words that one call can sleep on. @see futex_waitv(2), FUTEX_WAITV_MAX */
const MOST_WORDS = 128;
const STRUCT_WAITV_SIZE = 24;
const CLOCK_MONOTONIC = 1;
/** How long a sleep on several words is where the kernel can watch only one, in milliseconds. */
const SHORT_SLEEP_MS = 4;
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

/** False where FFI is turned off, or has no binary. */
export function hasLockCalls(): boolean {
  if (isTurnedOff()) return false;
  try {
    loaded ??= load();
    return true;
  } catch {
    // Whoever can't do without is told why.
    return false;
  }
}

/** False where there is no shared memory: no FFI, or this is no 64-bit Linux. */
export function hasMemoryCalls(): boolean {
  return hasLockCalls() && loaded?.memory !== undefined;
}

function isTurnedOff(): boolean {
  return process.env['IPC_LOCK_NO_FFI'] === '1';
}

function load(): Bound {
  if (isTurnedOff()) {
    throw new LockUnavailableError(
      'FFI is turned off by IPC_LOCK_NO_FFI=1, and shared memory needs it; locks and what else synchronises do not. ' +
        'Unset that variable.',
    );
  }
  if (process.platform === 'win32') {
    throw new LockUnavailableError('There is no back end for Windows yet. Use Linux or WSL.');
  }
  try {
    const koffi = requireFrom(import.meta.url)('koffi') as typeof Koffi;
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
      const range = rangeAt(kind, offset);
      return call('fcntl', () => fcntl(fd, F_OFD_SETLK, 'void *', range), [errno['EAGAIN'], errno['EACCES']]);
    },
    isRangeLocked(fd, offset) {
      const range = rangeAt('write', offset);
      call('fcntl', () => fcntl(fd, F_OFD_GETLK, 'void *', range), []);
      return range.readInt16LE(0) !== RANGE_LOCK_TYPE.none;
    },
  };
  return { lock, memory: is64BitLinux ? bindMemory() : undefined };

  function rangeAt(kind: RangeLockKind, offset: number): Buffer {
    const range = Buffer.alloc(STRUCT_FLOCK_SIZE);
    range.writeInt16LE(RANGE_LOCK_TYPE[kind], 0);
    range.writeBigInt64LE(BigInt(offset), 8);
    range.writeUInt8(1, 16);
    return range;
  }

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

    const futex = library.func(
      'long syscall(long number, void *address, int operation, int value, void *timeout, void *address2, int value3)',
    ) as unknown as (
      number: number,
      address: bigint,
      operation: number,
      value: number,
      timeout: Buffer | null,
      address2: null,
      value3: number,
    ) => number;
    const waitv = library.func(
      'long syscall(long number, void *waiters, unsigned int count, unsigned int flags, void *timeout, int clock)',
    ) as unknown as (
      number: number,
      waiters: Buffer,
      count: number,
      flags: number,
      timeout: Buffer,
      clock: number,
    ) => number;
    const futexNumber = SYS_FUTEX[process.arch] ?? SYS_FUTEX_ELSEWHERE;
    const timespec = (nanoseconds: bigint): Buffer => {
      const bytes = Buffer.alloc(16);
      bytes.writeBigInt64LE(nanoseconds / 1_000_000_000n, 0);
      bytes.writeBigInt64LE(nanoseconds % 1_000_000_000n, 8);
      return bytes;
    };
    const toNanoseconds = (ms: number): bigint => BigInt(Math.ceil(ms * 1e6));
    const woken = ['EAGAIN', 'ETIMEDOUT', 'EINTR'].map((name) => errno[name]);
    let hasWaitv = true;

    const sleep = (address: bigint, expected: number, ms: number): void => {
      const result = futex(futexNumber, address, FUTEX_WAIT, expected, timespec(toNanoseconds(ms)), null, 0);
      if (result < 0 && !woken.includes(koffi.errno())) throw failed('futex', koffi.errno());
    };

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
      sleep,
      sleepOnAny(words, ms) {
        const [first] = words;
        if (first === undefined) return;
        const count = Math.min(words.length, MOST_WORDS);
        const waiters = Buffer.alloc(count * STRUCT_WAITV_SIZE);
        for (const [index, { address, expected }] of words.slice(0, count).entries()) {
          waiters.writeBigUInt64LE(BigInt(expected >>> 0), index * STRUCT_WAITV_SIZE);
          waiters.writeBigUInt64LE(address, index * STRUCT_WAITV_SIZE + 8);
          waiters.writeUInt32LE(FUTEX2_SIZE_U32, index * STRUCT_WAITV_SIZE + 16);
        }
        const watchesAll = count === words.length;
        if (hasWaitv) {
          const until =
            process.hrtime.bigint() + toNanoseconds(watchesAll ? ms : Math.min(ms, SHORT_SLEEP_MS));
          const result = waitv(SYS_FUTEX_WAITV, waiters, count, 0, timespec(until), CLOCK_MONOTONIC);
          if (result >= 0 || woken.includes(koffi.errno())) return;
          // Older than Linux 5.16, or not let through by a container's filter.
          if (![errno['ENOSYS'], errno['EPERM']].includes(koffi.errno()))
            throw failed('futex_waitv', koffi.errno());
          hasWaitv = false;
        }
        sleep(first.address, first.expected, words.length === 1 ? ms : Math.min(ms, SHORT_SLEEP_MS));
      },
      wake(address, count) {
        if (futex(futexNumber, address, FUTEX_WAKE, count, null, null, 0) < 0)
          throw failed('futex', koffi.errno());
      },
      load: (address) => koffi.decode(address, 'int32_t') as number,
      addressOf: (view) => koffi.address(view),
      link: (fd, path) =>
        call('linkat', () => linkat(AT_FDCWD, `/proc/self/fd/${fd}`, AT_FDCWD, path, AT_SYMLINK_FOLLOW), [
          errno['EEXIST'],
        ]),
    };
  }
}
