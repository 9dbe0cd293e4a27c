/**
 * Signals to a process and all that it started.
 *
 * Without /proc only the process itself is reached.
 */
import { readdirSync } from 'node:fs';
import { readProcStat } from './proc-status.js';

/** A process by what names it for good: pids are used again. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** The descendants of a process, nearest first, without itself. */
export function descendantsOf(root: number): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const rows = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcStat(Number(name)))
    .filter((row) => row !== undefined);
  const found: ProcessIdentity[] = [];
  for (let parents = [root]; parents.length > 0; ) {
    const children = rows.filter((row) => parents.includes(row.ppid));
    found.push(...children);
    parents = children.map((row) => row.pid);
  }
  return found;
}

/** Signals one process, unless its pid belongs to another by now, or it has become another user's (sudo does so). */
export function signalIfSame(target: ProcessIdentity, signal: NodeJS.Signals): void {
  if (readProcStat(target.pid)?.startTime !== target.startTime) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Kills what a process has started, and what that starts meanwhile.
 *
 * Each is stopped before its children are listed, so that none can start another behind our back.
 *
 * @param root - undefined once it is dead: its pid may be another's by now
 * @param remembered - descendants seen earlier, which a dead parent no longer leads to
 */
export function killDescendants(root: number | undefined, remembered: readonly ProcessIdentity[] = []): void {
  const stopped = new Map<string, ProcessIdentity>();
  const keyOf = (target: ProcessIdentity) => `${target.pid} ${target.startTime}`;
  const roots = root === undefined ? [] : [root];
  for (let fresh = [...remembered, ...roots.flatMap(descendantsOf)]; fresh.length > 0; ) {
    for (const target of fresh) {
      stopped.set(keyOf(target), target);
      signalIfSame(target, 'SIGSTOP');
    }
    fresh = [...roots, ...[...stopped.values()].map((target) => target.pid)]
      .flatMap(descendantsOf)
      .filter((target) => !stopped.has(keyOf(target)));
  }
  for (const target of stopped.values()) signalIfSame(target, 'SIGKILL');
}
