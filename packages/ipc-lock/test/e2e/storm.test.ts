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

const FUTEX = Object.keys(STEPS).filter((scenario) => !scenario.includes('/'));

it.each(FUTEX)('%s: 12 kills at random', async (scenario) => {
  const { kills, failures } = await run(scenario, '12');
  expect({ kills, failures }).toEqual({ kills: 12, failures: [] });
});

it.each(Object.entries(STEPS))('%s: kills at each step in turn', async (scenario, steps) => {
  // The back end without FFI takes longer over each.
  const wanted = scenario.includes('/') ? 5 : 10;
  const { kills, failures } = await run(scenario, String(wanted), steps.join(','));
  expect(kills).toBeGreaterThanOrEqual(wanted);
  expect(failures).toEqual([]);
});
