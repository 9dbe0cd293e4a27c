/** The census fails a test file that leaves something behind: vitest runs files that do. */
import { rmSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const vitest = here('../node_modules/vitest/vitest.mjs');
const SHARED_MEMORY = /^testkit-census-/;

afterEach(() => {
  for (const name of readdirSync('/dev/shm')) if (SHARED_MEMORY.test(name)) rmSync(`/dev/shm/${name}`);
});

async function runFixture(name: string) {
  const { exitCode, stdout, stderr } = await runProgram(
    [vitest, 'run', '--config', here('fixtures/vitest.config.ts'), '--no-color', name],
    { cwd: here('fixtures') },
  );
  return { exitCode, output: stdout + stderr };
}

describe.skipIf(process.platform !== 'linux')('a test file that leaves behind', () => {
  it('nothing passes', async () => {
    const { exitCode, output } = await runFixture('clean');
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['a process', 'process', /\+\s+"\d+ sleep \(S\)"/],
    ['a descriptor', 'descriptor', /\+\s+"\d+ .*census\.descriptor"/],
    ['shared memory', 'shared-memory', /\+\s+"testkit-census-\d+"/],
  ])('%s fails, and is told which', async (_what, name, told) => {
    const { exitCode, output } = await runFixture(name);
    expect(exitCode).toBe(1);
    expect(output).toContain('left behind by this test file');
    expect(output).toMatch(told);
  });
});
