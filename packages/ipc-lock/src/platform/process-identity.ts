/** What names a process, and a run of the machine, for good. Empty answers where there is no /proc. */
import { readFileSync } from 'node:fs';

/** Start of a process in clock ticks after boot; undefined when there is no such process. @see proc_pid_stat(5) */
export function startOf(pid: number): bigint | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name of the program may hold spaces and brackets: count from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has closed all that it held.
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return BigInt(fields[19] ?? 0);
}

let self: bigint | undefined;

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

/** The flock(2) locks that are held, as `inode:pid`; undefined without /proc/locks. @see proc_locks(5) */
export function heldFlocks(): Set<string> | undefined {
  const table = readProc('/proc/locks');
  if (table === undefined) return undefined;
  const held = new Set<string>();
  for (const line of table.split('\n')) {
    // «1: FLOCK  ADVISORY  WRITE 4711 00:1b:42 0 EOF»; one that only waits has «->» after the number.
    const row = /^\d+: FLOCK +\S+ +\S+ +(\d+) +[0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line);
    if (row !== null) held.add(`${row[2]}:${row[1]}`);
  }
  return held;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Gone, or this platform has no /proc: both are «not known» to the caller.
    return undefined;
  }
}
