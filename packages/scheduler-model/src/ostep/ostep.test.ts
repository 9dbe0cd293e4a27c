// All recorded cases of OSTEP's simulators, equal to the last figure; the random ones by their record and
// from the seed alone. The rules are those of remzi-arpacidusseau/ostep-homework at 6c6cfc7.

import { describe, expect, test } from 'vitest';
import recorded from '../../test/fixtures/ostep-cases.json' with { type: 'json' };
import { MersenneTwister, runLottery, runMlfq, runMulti, runProcessRun, runScheduler } from './index.js';

type Runner = (jobs: never, options: never, draws?: never) => unknown;

const RUNNERS: Record<string, Runner> = {
  scheduler: runScheduler,
  mlfq: runMlfq,
  'process-run': runProcessRun,
  multi: runMulti,
  lottery: runLottery,
};

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe.each(Object.entries(RUNNERS))('%s', (simulator, run) => {
  const cases = recorded.cases.filter((entry) => entry.simulator === simulator);

  test.each(cases)('$id', ({ jobs, options, rngDraws, expected }) => {
    expect(plain(run(jobs as never, options as never, rngDraws as never))).toEqual(expected);
  });

  test.each(cases)('$id, from the command line and the seed alone', ({ options, expected }) => {
    expect(plain(run(undefined as never, options as never))).toEqual(expected);
  });
});

test('MT19937: what Python draws', () => {
  // random.seed(0)
  const random = new MersenneTwister(0);
  expect(random.random()).toBe(0.8444218515250481);
  expect(random.random()).toBe(0.7579544029403025);
  // random.seed(2**40 + 5); random.random()
  expect(new MersenneTwister(2 ** 40 + 5).random()).toBe(0.5043802970418443);
});
