/**
 * Where the programs that children run lie after the build.
 *
 * Bundling moves `import.meta.url`, so this file stays at the root of `src`, whose output is the root of `dist`.
 */

/** Each program, by the name of its file in `programs/`. Types only: nothing is loaded here. */
interface Programs {
  readonly greet: typeof import('./programs/greet.js');
  readonly 'no-guard': unknown;
  readonly 'with-guard': unknown;
  readonly moments: typeof import('./programs/moments.js');
  readonly memory: typeof import('./programs/memory.js');
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
