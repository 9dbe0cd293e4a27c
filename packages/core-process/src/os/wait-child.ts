/** Blocks this thread until a child is a zombie, and leaves it one: libuv reaps it at the next turn of the loop. */
import { readSync } from 'node:fs';
import { libC, type LibC } from './ffi.js';
import { POLLIN, pollDescriptors } from './poll.js';
import { readProcStat } from './proc-status.js';
import { monotonicNow } from '../real-timers.js';

/** A pipe that the child writes to. */
export interface Drain {
  readonly fd: number;
  take(chunk: Buffer): void;
}

/** How a child ended, by numbers: one of the two is null. */
export interface WaitStatus {
  readonly exitCode: number | null;
  readonly signalNumber: number | null;
}

/**
 * @param deadline - milliseconds on the clock of performance.now(); Infinity waits without end
 * @returns undefined when the child was still alive at the deadline
 * @see waitid(2) WNOWAIT; pidfd_open(2); poll(2)
 */
export function waitForChild(pid: number, deadline: number): WaitStatus | undefined {
  const end = watchChildEnd(pid);
  if (end === undefined) return waitByLooking(pid, deadline, []);
  try {
    for (;;) {
      const [hasEnded] = pollDescriptors([{ fd: end.fd, events: POLLIN }], deadline - monotonicNow());
      if (hasEnded !== 0) return end.status();
      if (monotonicNow() >= deadline) return undefined;
    }
  } finally {
    end.close();
  }
}

/** The end of a child as poll(2) sees it: readable. */
export interface ChildEnd {
  readonly fd: number;
  /** Undefined while it is alive. It stays a zombie. */
  status(): WaitStatus | undefined;
  close(): void;
}

/** Undefined without FFI, and before Linux 5.3. @see pidfd_open(2) */
export function watchChildEnd(pid: number): ChildEnd | undefined {
  const libc = libC();
  const fd = libc && openPidfd(libc, pid);
  if (libc === undefined || fd === undefined) return undefined;
  return { fd, status: () => statusOf(libc, pid), close: () => void bind(libc).close(fd) };
}

const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
const CLD_EXITED = 1;
const SYS_pidfd_open = 434;

interface Calls {
  readonly waitid: (idType: number, id: number, info: Buffer, options: number) => number;
  readonly syscall: (number: number, pid: number, flags: number) => number;
  readonly close: (fd: number) => number;
}
let calls: Calls | undefined;

function bind({ library }: LibC): Calls {
  calls ??= {
    waitid: library.func('int waitid(int idtype, int id, _Out_ void *info, int options)'),
    syscall: library.func('long syscall(long number, long first, long second)'),
    close: library.func('int close(int fd)'),
  } as unknown as Calls;
  return calls;
}

/** Undefined before Linux 5.3. */
function openPidfd(libc: LibC, pid: number): number | undefined {
  const fd = bind(libc).syscall(SYS_pidfd_open, pid, 0);
  return fd >= 0 ? fd : undefined;
}

/**
 * Takes an ended child out of the process table: for children that libuv does not know.
 *
 * @returns undefined while it is alive
 */
export function reapChild(pid: number): WaitStatus | undefined {
  return statusOf(libC() as LibC, pid, WEXITED | WNOHANG);
}

/** Of a zombie, which stays one unless the options say otherwise; undefined when it is none. */
function statusOf(
  libc: LibC,
  pid: number,
  options: number = WEXITED | WNOWAIT | WNOHANG,
): WaitStatus | undefined {
  // siginfo_t of a 64-bit Linux: si_code at byte 8, si_pid at byte 16, si_status at byte 24.
  const info = Buffer.alloc(128);
  if (bind(libc).waitid(P_PID, pid, info, options) !== 0) {
    throw new Error(`waitid(2) does not know child ${pid}: something else in this process has reaped it.`);
  }
  if (info.readInt32LE(16) === 0) return undefined;
  const status = info.readInt32LE(24);
  return info.readInt32LE(8) === CLD_EXITED
    ? { exitCode: status, signalNumber: null }
    : { exitCode: null, signalNumber: status };
}

/**
 * Where there is no {@link watchChildEnd}: looks at the state in /proc, or, without that too, waits for the end of the
 * child's pipes. Reads these meanwhile: a child that writes more than a pipe holds would else wait for us as we wait for it.
 */
export function waitByLooking(
  pid: number,
  deadline: number,
  drains: readonly Drain[],
): WaitStatus | undefined {
  const open = new Set(drains);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    drainAll(open);
    const stat = readProcStat(pid);
    if (stat?.state === 'Z') {
      drainAll(open);
      const signalNumber = stat.exitStatus & 0x7f;
      return signalNumber === 0
        ? { exitCode: (stat.exitStatus >> 8) & 0xff, signalNumber: null }
        : { exitCode: null, signalNumber };
    }
    if (stat === undefined && open.size === 0) return { exitCode: null, signalNumber: null };
    if (monotonicNow() >= deadline) return undefined;
    Atomics.wait(sleeper, 0, 0, Math.min(2, deadline - monotonicNow()));
  }
}

const chunk = Buffer.allocUnsafe(65_536);

/** Takes what is there now; a pipe that has ended leaves the set. */
function drainAll(open: Set<Drain>): void {
  for (const drain of open) if (!takeAll(drain)) open.delete(drain);
}

/** Takes what is there now. @returns false at its end */
export function takeAll(drain: Drain): boolean {
  try {
    for (;;) {
      const bytes = readSync(drain.fd, chunk);
      if (bytes === 0) return false;
      drain.take(Buffer.from(chunk.subarray(0, bytes)));
    }
  } catch (error) {
    // Else ECONNRESET: the child died with something of ours unread. Its own words have all been read.
    return (error as NodeJS.ErrnoException).code === 'EAGAIN';
  }
}
