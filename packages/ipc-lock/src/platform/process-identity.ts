/** What names a process, and a run of the machine, for good. Empty answers where there is no /proc. */
import { readFileSync, readlinkSync } from 'node:fs';
import { whenCopied } from '../core/copied.js';

/** Start of a process in clock ticks after boot; undefined when there is no such process. @see proc_pid_stat(5) */
export function startOf(pid: number): bigint | undefined {
  return startIn(`/proc/${pid}/stat`);
}

/** A thread of this machine's, for good. */
export interface ThreadIdentity {
  readonly pid: number;
  readonly tid: number;
  /** Clock ticks after boot. */
  readonly start: number;
  /** Inode of the namespace that the two ids are of. */
  readonly namespace: number;
}

/** The thread that calls; undefined where /proc does not tell. */
export function ownThread(): ThreadIdentity | undefined {
  try {
    const [pid, , tid] = readlinkSync('/proc/thread-self').split('/').map(Number);
    const namespace = Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]);
    const start = startIn(`/proc/${pid}/task/${tid}/stat`);
    if (pid === undefined || tid === undefined || start === undefined) return undefined;
    return { pid, tid, start: Number(start), namespace };
  } catch {
    // No /proc, or one without it.
    return undefined;
  }
}

/** Only for a thread of this namespace. */
export function isThreadAlive({ pid, tid, start }: ThreadIdentity): boolean {
  return startIn(`/proc/${pid}/task/${tid}/stat`) === BigInt(start);
}

function startIn(file: string): bigint | undefined {
  const stat = readProc(file);
  if (stat === undefined) return undefined;
  // The name of the program may hold spaces and brackets: count from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has closed all that it held.
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return BigInt(fields[19] ?? 0);
}

let self: bigint | undefined;
whenCopied(() => {
  self = undefined;
});

export function ownStart(): bigint {
  self ??= startOf(process.pid) ?? 0n;
  return self;
}

let boot: string | undefined;

/** 32 hexadecimal digits; zeros where it can't be known. */
export function bootId(): string {
  boot ??= (readProc('/proc/sys/kernel/random/boot_id') ?? '').trim().replaceAll('-', '').padEnd(32, '0');
  return boot;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Gone, or this platform has no /proc: both are «not known» to the caller.
    return undefined;
  }
}
