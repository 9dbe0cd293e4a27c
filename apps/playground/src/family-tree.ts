/** Grandchildren: what they say in a file, and their end, since nobody else would see to it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Process, processState } from 'core-process';
import type { Measuring } from './experiment.js';
import { until } from './meeting.js';
import { program } from './program-urls.js';
import type { FamilyPlan } from './programs/family.js';

export interface Family {
  readonly middle: Process<unknown[], void>;
  readonly grandchild: number;
  /** The first line that begins with this word, without it, when it is there. */
  readonly heard: (word: string) => string | undefined;
}

/** Starts a process that starts a child of its own; both are up when this resolves. */
export async function startFamily(
  measuring: Measuring,
  plan: Pick<FamilyPlan, 'target' | 'daemon' | 'ends'>,
): Promise<Family> {
  const file = join(measuring.folder, 'family');
  const heard = (word: string) =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          // The last piece has no line's end yet.
          .slice(0, -1)
          .find((line) => line.split(' ')[0] === word)
          ?.slice(word.length + 1)
      : undefined;
  const middle = measuring.start<void>({ target: program('family', 'middle'), args: [{ ...plan, file }] });
  const up = await Promise.race([
    until(measuring.signal, () => heard('up')),
    middle.result.then(() => heard('up')),
  ]);
  if (up === undefined) throw new Error('The process in the middle ended before its child was up.');
  const grandchild = Number(up.split(' ')[0]);
  measuring.defer(() => killIfThere(grandchild));
  return { middle, grandchild, heard };
}

/** A zombie is not: it computes nothing any more, and who adopted it may be slow to reap. */
export function isThere(pid: number): boolean {
  const state = processState(pid);
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function killIfThere(pid: number): void {
  try {
    if (isThere(pid)) process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
