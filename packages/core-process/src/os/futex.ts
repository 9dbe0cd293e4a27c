/** Sleeping on a word in shared memory, and waking whoever sleeps there. @see futex(2) */
import { libC } from './ffi.js';

export interface Futex {
  /** Where the word lies in this process. */
  addressOf(word: Int32Array): bigint;
  /** Blocks this thread while the word is `expected`, at most so many milliseconds; may wake for no reason. */
  wait(address: bigint, expected: number, milliseconds: number): void;
  /** Wakes one sleeper, of whatever process. */
  wake(address: bigint): void;
  /** Lets another thread have the processor, if one waits for it. @see sched_yield(2) */
  yield(): void;
}

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const SYSCALL_NUMBERS: Partial<Record<NodeJS.Architecture, number>> = { x64: 202, arm64: 98 };

let futex: Futex | undefined;

/** Undefined without FFI, and on a processor whose system call's number is not known here. */
export function futexCalls(): Futex | undefined {
  if (futex !== undefined) return futex;
  const libc = libC();
  const number = SYSCALL_NUMBERS[process.arch];
  if (libc === undefined || number === undefined) return undefined;
  const call = libc.library.func(
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
  const timespec = Buffer.alloc(16);
  futex = {
    addressOf: (word) => libc.koffi.address(word),
    wait(address, expected, milliseconds) {
      timespec.writeBigInt64LE(BigInt(Math.floor(milliseconds / 1000)), 0);
      timespec.writeBigInt64LE(BigInt(Math.floor((milliseconds % 1000) * 1e6)), 8);
      // EAGAIN, EINTR, ETIMEDOUT: whoever sleeps here looks again in any case.
      call(number, address, FUTEX_WAIT, expected, timespec, null, 0);
    },
    wake(address) {
      call(number, address, FUTEX_WAKE, 1, null, null, 0);
    },
    yield: libc.library.func('int sched_yield()') as unknown as () => void,
  };
  return futex;
}
