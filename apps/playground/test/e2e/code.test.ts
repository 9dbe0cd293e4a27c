/** The code that an experiment shows is a whole program: it runs as pasted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { experiments } from 'playground';
import { describe, expect, it, onTestFinished } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A folder from where the packages are found. */
function folderBesideTests(): string {
  const folder = mkdtempSync(join(here, '.code-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe.each(experiments.map((experiment) => [experiment.id, experiment] as const))(
  '%s',
  (_id, experiment) => {
    it('shows code that runs', async (context) => {
      const reason = experiment.unavailable?.();
      if (reason !== undefined) return context.skip(reason.en);
      const file = join(folderBesideTests(), 'program.mjs');
      writeFileSync(file, `${experiment.code}\n`);
      const { exitCode, signal, stdout, stderr } = await runProgram([file]);
      expect({ exitCode, signal, stderr }).toEqual({ exitCode: 0, signal: null, stderr: '' });
      // What it shows, it prints.
      expect(stdout).toMatch(/\S/);
      return undefined;
    });
  },
);
