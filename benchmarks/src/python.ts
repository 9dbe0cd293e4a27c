/** Python's multiprocessing as a peer: a program of programs/ that prints its figures as JSON. */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measurement, Subject } from './harness.js';
import { programs } from './program-urls.js';

const version = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout?.trim();

/** @param program - a file of programs/ that prints a list of measurements */
export function pythonSubject(name: string, program: string, args: readonly string[]): Subject {
  return {
    name: version ? `${name} (${version})` : name,
    missing: version ? undefined : 'python3 is not installed here',
    measure: () =>
      JSON.parse(
        execFileSync('python3', [fileURLToPath(new URL(program, programs)), ...args], { encoding: 'utf8' }),
      ) as Measurement[],
  };
}
