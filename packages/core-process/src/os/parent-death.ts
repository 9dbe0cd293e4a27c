/**
 * A daemon ends with its parent, SIGKILL included and even in a loop that never yields.
 *
 * The kernel does it (the parent-death signal) where FFI is to be had; else a thread that looks at the
 * parent's pid. The signal follows the thread that started the child, so a child of a worker thread has
 * the watching thread too.
 */
import { watchdogEntry } from '../entry-urls.js';
import { libC } from './ffi.js';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** @see PR_SET_PDEATHSIG(2const) */
export function endWithParent(parentPid: number, startedByMainThread: boolean): void {
  if (!(startedByMainThread && askKernel())) startWatchdog(parentPid);
  // The parent may have died before that was asked for.
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
}

function askKernel(): boolean {
  const libc = libC();
  if (libc === undefined) return false;
  const prctl = libc.library.func(
    'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)',
  );
  return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) === 0;
}

function startWatchdog(parentPid: number): void {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  new Worker(watchdogEntry, { workerData: { parentPid }, execArgv: [] }).unref();
}
