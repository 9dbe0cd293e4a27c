/**
 * Where the programs that children run lie after the build.
 *
 * Bundling moves `import.meta.url`, so this file stays at the root of `src`, whose output is the root of `dist`.
 */
import type * as Compute from './programs/compute.js';
import type * as Copies from './programs/copies.js';
import type * as Ending from './programs/ending.js';
import type * as Family from './programs/family.js';
import type * as Greet from './programs/greet.js';
import type * as Identity from './programs/identity.js';
import type * as Locks from './programs/locks.js';
import type * as Memory from './programs/memory.js';
import type * as Messages from './programs/messages.js';
import type * as Moments from './programs/moments.js';
import type * as NoGuard from './programs/no-guard.js';
import type * as Residents from './programs/residents.js';
import type * as WithGuard from './programs/with-guard.js';

/** Each program, by the name of its file in `programs/`. Types only: nothing is loaded here. */
interface Programs {
  readonly greet: typeof Greet;
  readonly 'no-guard': typeof NoGuard;
  readonly 'with-guard': typeof WithGuard;
  readonly moments: typeof Moments;
  readonly memory: typeof Memory;
  readonly identity: typeof Identity;
  readonly ending: typeof Ending;
  readonly family: typeof Family;
  readonly compute: typeof Compute;
  readonly messages: typeof Messages;
  readonly copies: typeof Copies;
  readonly locks: typeof Locks;
  readonly residents: typeof Residents;
}

type ProgramName = keyof Programs;

/** The program's URL, with the name of one of its exports to run. */
export function program<N extends ProgramName>(name: N, exportName?: keyof Programs[N] & string): URL {
  return new URL(`./programs/${name}.js${exportName === undefined ? '' : `#${exportName}`}`, import.meta.url);
}

/** Loads a program into this process: to pass its functions as targets, or to call them without a process. */
export async function importProgram<N extends ProgramName>(name: N): Promise<Programs[N]> {
  return (await import(program(name).href)) as Programs[N];
}

/** The process that runs one experiment for the lab. */
export function experimentRunner(): URL {
  return new URL('./lab/experiment-runner.js', import.meta.url);
}

/** The lab's page, as Vite has built it. */
export function labPage(): URL {
  return new URL('./lab-page/', import.meta.url);
}
