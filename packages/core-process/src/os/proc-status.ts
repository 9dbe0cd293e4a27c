/** What /proc says of a process. @see proc_pid_stat(5) */
import { readdirSync, readFileSync } from 'node:fs';

/** Running, sleeping, waiting for a device, zombie, stopped, traced, dead, idle: the kernel's letters. */
export type ProcessStateLetter = 'R' | 'S' | 'D' | 'Z' | 'T' | 't' | 'X' | 'I';

/** Fields of /proc/[pid]/stat, by their names in proc_pid_stat(5). */
export interface ProcStat {
  readonly pid: number;
  readonly state: ProcessStateLetter;
  readonly ppid: number;
  /** Clock ticks after boot; with the pid it names a process for good. */
  readonly startTime: string;
  /** As wait(2) gives it; readable for one's own processes only. */
  readonly exitStatus: number;
}

/** Undefined when there is no such process, or no /proc. */
export function readProcStat(pid: number): ProcStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // Gone, or this platform has no /proc: both are «not known» to the caller.
    return undefined;
  }
  // The name of the program may hold spaces and brackets: count from its last bracket.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trimEnd()
    .split(' ');
  return {
    pid,
    state: fields[0] as ProcessStateLetter,
    ppid: Number(fields[1]),
    startTime: fields[19] ?? '',
    exitStatus: Number(fields[49]),
  };
}

/**
 * State of any process on this machine, as the kernel has it at this moment.
 *
 * @returns `R` running or ready, `S` sleeping, `D` waiting for a device, `Z` zombie, `T` stopped …;
 *   undefined when there is no such process, or on a platform without /proc
 * @see proc_pid_stat(5)
 */
export function processState(pid: number): ProcessStateLetter | undefined {
  return readProcStat(pid)?.state;
}

/** Pids of this process' own children, zombies included; where the kernel does not list them, none. @see proc_pid_task_children(5) */
export function childPids(): number[] {
  try {
    return readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // No such file without CONFIG_PROC_CHILDREN; or a thread has ended meanwhile.
    return [];
  }
}
