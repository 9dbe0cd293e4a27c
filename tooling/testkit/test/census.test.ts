/** The census fails a test file that leaves something behind: vitest runs files that do. */
import { rmSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const vitest = here('../node_modules/vitest/vitest.mjs');
const SHARED_MEMORY = /^testkit-census-/;

afterAll(() => {
  for (const name of readdirSync('/dev/shm')) if (SHARED_MEMORY.test(name)) rmSync(`/dev/shm/${name}`);
});

async function runFixture(name: string, { onTestFinished }: TestContext) {
  const { exitCode, stdout, stderr } = await runProgram(
    [vitest, 'run', '--config', here('fixtures/vitest.config.ts'), '--no-color', name],
    { cwd: here('fixtures') },
    onTestFinished,
  );
  return { exitCode, output: stdout + stderr };
}

describe.skipIf(process.platform !== 'linux')('a test file that leaves behind', () => {
  it('nothing passes', async (test) => {
    const { exitCode, output } = await runFixture('clean', test);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  });

  // Side by side: each waits for seconds whether what was left behind will go by itself.
  it.concurrent.for([
    ['a process', 'process', /\+\s+"\d+ sleep \(S\)"/],
    ['a descriptor', 'descriptor', /\+\s+"\d+ .*census\.descriptor"/],
    ['shared memory', 'shared-memory', /\+\s+"testkit-census-\d+"/],
  ] as const)('%s fails, and is told which', async ([, name, told], test) => {
    const { exitCode, output } = await runFixture(name, test);
    expect(exitCode).toBe(1);
    expect(output).toContain('left behind by this test file');
    expect(output).toMatch(told);
  });
});
