/** Cores of this machine: which there are for us, and how to keep a process on one. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpuCount } from 'core-process';
import { NotPossibleHereError } from './errors.js';
import type { Text } from './experiment.js';
import { withoutProc } from './platform.js';

/** Numbers of the cores that this process may run on. @see proc_pid_status(5), Cpus_allowed_list */
export function allowedCores(): number[] {
  return coresOf('/proc/self');
}

/** Why no process can be kept on a core here; undefined when it can. */
export function withoutPinning(): Text | undefined {
  const reason = withoutProc();
  if (reason !== undefined) return reason;
  const { error } = spawnSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' });
  return error === undefined
    ? undefined
    : {
        en: 'the command taskset (util-linux), which keeps a process on a core, is not installed',
        zh: '没有安装 taskset（util-linux），无法把进程固定在一个核上',
      };
}

/** Why nothing can run in parallel here; undefined when it can. */
export function withoutSecondCore(): Text | undefined {
  const reason = withoutProc();
  if (reason !== undefined) return reason;
  return allowedCores().length >= 2 && cpuCount() >= 2
    ? undefined
    : { en: 'this process may use one core only', zh: '本进程只能使用一个核' };
}

/**
 * Keeps a process on these cores, with all its threads.
 *
 * @throws NotPossibleHereError when it can't be had, for example in a sandbox
 */
export function pin(pid: number, cores: readonly number[]): void {
  const mask = cores.reduce((bits, core) => bits | (1n << BigInt(core)), 0n);
  const { stderr } = spawnSync('taskset', ['-a', '-p', mask.toString(16), String(pid)], { encoding: 'utf8' });
  const wanted = cores.toSorted((one, other) => one - other).join();
  const isPinned = readdirSync(`/proc/${pid}/task`).every(
    (thread) => coresOf(`/proc/${pid}/task/${thread}`).join() === wanted,
  );
  if (isPinned) return;
  throw new NotPossibleHereError({
    en: `a process can't be kept on one core here${stderr === '' ? '' : ` (${stderr.trim()})`}`,
    zh: `这里无法把进程固定在一个核上${stderr === '' ? '' : `（${stderr.trim()}）`}`,
  });
}

/** As in `0-2,5`. */
function coresOf(folder: string): number[] {
  const found = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1] ?? '';
  return found.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
