/**
 * The two system calls that Node does not have, through koffi; the only importer of koffi.
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
   * Tries once to lock the first byte for this open file description, apart from what flock does.
   *
   * @see fcntl_locking(2), "Open file description locks"
   */
  tryRangeLock(fd: number, kind: RangeLockKind): boolean;
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

let loaded: LockCalls | undefined;

/** @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE` where there is no FFI */
export function lockCalls(): LockCalls {
  loaded ??= load();
  return loaded;
}

function load(): LockCalls {
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

function bind(koffi: typeof Koffi): LockCalls {
  // The process itself: libc is in it, whichever libc that is.
  const library = koffi.load(null);
  const flock = library.func('int flock(int fd, int operation)') as unknown as Flock;
  const fcntl = library.func('int fcntl(int fd, int command, ...)') as unknown as Fcntl;
  const { errno } = koffi.os;
  const nameOf = new Map(Object.entries(errno).map(([name, value]) => [value, name]));

  /** Calls until no signal comes between. */
  const call = (syscall: string, run: () => number, busy: readonly (number | undefined)[]): boolean => {
    for (;;) {
      if (run() === 0) return true;
      const number = koffi.errno();
      if (number === errno['EINTR']) continue;
      if (busy.includes(number)) return false;
      const code = nameOf.get(number) ?? `errno ${number}`;
      throw Object.assign(new Error(`${syscall}(2) failed: ${code}`), { code, errno: -number, syscall });
    }
  };

  return {
    tryFlock: (fd, mode) =>
      call('flock', () => flock(fd, (mode === 'shared' ? LOCK_SH : LOCK_EX) | LOCK_NB), [errno['EAGAIN']]),
    unlockFlock(fd) {
      call('flock', () => flock(fd, LOCK_UN), []);
    },
    hasRangeLocks: process.platform === 'linux' && ARCHITECTURES_64_BIT_LE.includes(process.arch),
    tryRangeLock(fd, kind) {
      const lock = Buffer.alloc(STRUCT_FLOCK_SIZE);
      lock.writeInt16LE(RANGE_LOCK_TYPE[kind], 0);
      lock.writeUInt8(1, 16);
      return call('fcntl', () => fcntl(fd, F_OFD_SETLK, 'void *', lock), [errno['EAGAIN'], errno['EACCES']]);
    },
  };
}
