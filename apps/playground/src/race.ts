/** Processes that compute, started together on chosen cores. */
import type { Process } from 'core-process';
import { allowedCores, pin } from './cores.js';
import type { Measuring } from './experiment.js';
import { hear, tell } from './meeting.js';
import { program } from './program-urls.js';
import type { Computed } from './programs/compute.js';

type Loop = 'compute' | 'computeAndWait' | 'attendAsleep' | 'attendAwake';

/** A loop of programs/compute.ts that is ready and waits to be told. */
export async function ready(
  { start }: Measuring,
  loop: Loop,
  args: readonly number[],
  cores: readonly number[],
): Promise<Process<unknown[], Computed>> {
  const child = start<Computed>({ target: program('compute', loop), args: [...args] });
  await hear(child, 'ready');
  // Now that it is there: a process that starts up on a shared core takes long.
  if (cores.length < allowedCores().length) pin(child.pid as number, cores);
  return child;
}

/** The core that loops share; the last one, since the first has most of the machine's own work. */
export function sharedCore(): number[] {
  return allowedCores().slice(-1);
}

/** Tells them all at once, and waits for their results. */
export async function race(...children: readonly Process<unknown[], Computed>[]): Promise<Computed[]> {
  tell(...children);
  return await Promise.all(children.map((child) => child.result));
}

/** One after the other: the next is told when the one before has ended. */
export async function relay(...children: readonly Process<unknown[], Computed>[]): Promise<Computed[]> {
  const results: Computed[] = [];
  for (const child of children) results.push(...(await race(child)));
  return results;
}

/** From the first begin to the last end, in milliseconds. */
export function lengthOf(all: readonly Computed[]): number {
  return Math.max(...all.map(({ end }) => end)) - Math.min(...all.map(({ begin }) => begin));
}
