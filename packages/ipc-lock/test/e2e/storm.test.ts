/** The kill storm in short, for each primitive: at random, and at each step. `pnpm storm` is the full run. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { expect, it } from 'vitest';
import { STEPS } from '../storm/steps.mjs';

const storm = fileURLToPath(new URL('../storm/storm.mjs', import.meta.url));

async function run(...args: string[]) {
  const { stdout, stderr } = await runProgram([storm, ...args]);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as { kills: number; failures: string[] };
}

it.each(Object.keys(STEPS))('%s: 12 kills at random', async (scenario) => {
  const { kills, failures } = await run(scenario, '12');
  expect({ kills, failures }).toEqual({ kills: 12, failures: [] });
});

it.each(Object.keys(STEPS))('%s: 12 kills at each step in turn', async (scenario) => {
  const { kills, failures } = await run(scenario, '12', STEPS[scenario]?.join(',') ?? '');
  expect(kills).toBeGreaterThanOrEqual(12);
  expect(failures).toEqual([]);
});
