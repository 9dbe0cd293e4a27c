/**
 * Looks at a process and all its descendants, again and again, by /proc.
 *
 * The kernel's letter is R for running and ready alike. Which it was, /proc/[pid]/schedstat tells: it counts the
 * nanoseconds on a core, and the nanoseconds ready for one.
 *
 * A child is found by its parent's list of children, which costs little; one whose parent ends is known by then and
 * is still looked at.
 *
 * @see proc_pid_stat(5), proc_tid_children(5); Documentation/scheduler/sched-stats.rst in the kernel's source
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Look, Newcomer } from './protocol.js';

interface Known {
  readonly pid: number;
  readonly ppid: number;
  /** With the pid it names a process for good. */
  readonly startTime: string;
  readonly program: string;
  ran: number;
  waited: number;
  /** Of the look before this one. */
  at: number;
}

export interface Looks {
  readonly came: readonly Newcomer[];
  readonly looks: readonly Look[];
  readonly left: readonly number[];
}

const NANOSECONDS_PER_MS = 1e6;
const LEAST_MS = 1;

export class ProcessSampler {
  readonly #root: number;
  readonly #known = new Map<number, Known>();

  constructor(root: number) {
    this.#root = root;
  }

  /** Those that were there at the last look. */
  get known(): readonly Pick<Known, 'pid' | 'ppid' | 'startTime' | 'program'>[] {
    return [...this.#known.values()];
  }

  look(): Looks {
    const came: Newcomer[] = [];
    const looks: Look[] = [];
    const left: number[] = [];
    if (!this.#known.has(this.#root)) this.#meet(this.#root, came);
    // A Map goes on with what is added meanwhile: grandchildren are found in the same look.
    for (const known of this.#known.values()) {
      const look = this.#lookAt(known);
      if (look === undefined) {
        this.#known.delete(known.pid);
        left.push(known.pid);
        continue;
      }
      looks.push(look);
      if (look.state === 'Z') continue;
      for (const child of childrenOf(known.pid)) if (!this.#known.has(child)) this.#meet(child, came);
    }
    return { came, looks, left };
  }

  #meet(pid: number, came: Newcomer[]): void {
    const stat = readStat(pid);
    if (stat === undefined) return;
    const { ran, waited } = readSchedstat(pid);
    const { ppid, startTime, program } = stat;
    this.#known.set(pid, { pid, ppid, startTime, program, ran, waited, at: performance.now() });
    came.push({ pid, ppid, program });
  }

  #lookAt(known: Known): Look | undefined {
    const stat = readStat(known.pid);
    // Another process may have its number by now.
    if (stat === undefined || stat.startTime !== known.startTime) return undefined;
    const { ran, waited } = readSchedstat(known.pid);
    const now = performance.now();
    // Of no time there are no shares: met in this very look.
    const length = now - known.at < LEAST_MS ? Infinity : (now - known.at) * NANOSECONDS_PER_MS;
    const running = Math.min(1, Math.max(0, ran - known.ran) / length);
    const ready = Math.min(1 - running, Math.max(0, waited - known.waited) / length);
    known.ran = ran;
    known.waited = waited;
    known.at = now;
    return { pid: known.pid, state: stat.state, running: round(running), ready: round(ready) };
  }
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}

/** Undefined when it can't be read: the process is gone. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function readStat(
  pid: number,
): { state: string; ppid: number; startTime: string; program: string } | undefined {
  const text = readProc(`${pid}/stat`);
  if (text === undefined) return undefined;
  // The program's name may hold spaces and brackets: fields start after its last bracket.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    state: fields[0] ?? '?',
    ppid: Number(fields[1]),
    startTime: fields[19] ?? '',
    program: text.slice(text.indexOf('(') + 1, end),
  };
}

function readSchedstat(pid: number): { ran: number; waited: number } {
  const [ran = 0, waited = 0] = (readProc(`${pid}/schedstat`) ?? '').split(' ').map(Number);
  return { ran, waited };
}

/** Those that its main thread has started: that of Node starts all. */
function childrenOf(pid: number): number[] {
  return (readProc(`${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
}
