// Why nothing goes on: processes that wait for each other in a circle.

import type { Family } from './family.js';
import type { Locks } from './locks.js';
import type { ProcessRecord } from './process-record.js';

/** One side of a circle: who waits, for what, and who would have to act. */
export interface DeadlockStep {
  readonly process: string;
  /** `lock m`, or `end of c` for a child. */
  readonly waitsFor: string;
  readonly heldBy: string;
}

interface Wait {
  readonly waitsFor: string;
  readonly by: ProcessRecord;
}

function waitOf(process: ProcessRecord, locks: Locks, family: Family): Wait | undefined {
  if (process.state !== 'blocked') return undefined;
  const lock = locks.waitOf(process);
  if (lock !== undefined) return { waitsFor: `lock ${lock.lock}`, by: lock.owner };
  const child = family.awaited(process);
  return child && { waitsFor: `end of ${child.spec.name}`, by: child };
}

/** The first circle, from the smallest pid that is in one; empty if there is none. */
export function findDeadlock(
  processes: readonly ProcessRecord[],
  locks: Locks,
  family: Family,
): readonly DeadlockStep[] {
  const settled = new Set<ProcessRecord>();
  for (const start of processes) {
    const path: ProcessRecord[] = [];
    let at: ProcessRecord | undefined = start;
    while (at !== undefined && !settled.has(at) && !path.includes(at)) {
      path.push(at);
      at = waitOf(at, locks, family)?.by;
    }
    if (at !== undefined && path.includes(at)) {
      return path.slice(path.indexOf(at)).map((process) => {
        const wait = waitOf(process, locks, family) as Wait;
        return { process: process.spec.name, waitsFor: wait.waitsFor, heldBy: wait.by.spec.name };
      });
    }
    for (const process of path) settled.add(process);
  }
  return [];
}
