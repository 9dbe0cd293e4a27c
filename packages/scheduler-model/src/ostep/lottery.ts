// lottery.py: each quantum goes to the holder of a drawn ticket, in full even if the job needs less.

import { lottery } from '../policies/lottery.js';
import type { Policy } from '../policies/policy.js';
import { simulate } from '../simulate.js';
import { slicesOf } from '../slices.js';
import { cpu } from '../workload.js';
import { type Draws, drawsOf, type RecordedDraw } from './draws.js';
import { MAX_EVENTS } from './limits.js';
import { meanOf } from './python-format.js';

export interface LotteryJob {
  readonly job: number;
  readonly length: number;
  readonly tickets: number;
}

/** The flags `-s -j -l -m -T -q`. */
export interface OstepLotteryOptions {
  readonly seed: number;
  readonly jobs: number;
  readonly jlist: string;
  readonly maxlen: number;
  readonly maxticket: number;
  readonly quantum: number;
}

export interface LotteryResult {
  readonly draws: readonly { random: number; winner: number; tickets: number; job: number }[];
  /** Who ran, by quantum. */
  readonly cpu: readonly number[];
  readonly completions: readonly { job: number; time: number }[];
  /** Of a job that never ran, or never ended, the times are null. */
  readonly perJob: readonly {
    job: number;
    response: number | null;
    turnaround: number | null;
    quanta: number;
  }[];
  readonly average: { readonly response: number; readonly turnaround: number };
  readonly totalTime: number;
}

/**
 * What `lottery.py -c` prints.
 *
 * @param jobs - left out, they are read from `jlist` or made up from the seed
 * @param recorded - what Python drew; left out, the same is drawn from the seed
 */
export function runLottery(
  jobs: readonly LotteryJob[] | undefined,
  options: OstepLotteryOptions,
  recorded?: readonly RecordedDraw[],
): LotteryResult {
  const draws = drawsOf(options.seed, recorded);
  // Made up first, since the draws for that come first.
  const made = makeJobs(options, draws);
  const list = jobs ?? made;
  const { quantum } = options;
  const drawn: { random: number; winner: number; tickets: number }[] = [];
  const run = simulate(
    list.map(({ job, length, tickets }) => ({
      name: `job ${job}`,
      tickets,
      script: [cpu(Math.max(1, Math.ceil(length / quantum)) * quantum)],
    })),
    {
      policy: atMost(
        lottery({ quantum }),
        list.reduce((sum, { length }) => sum + length, 0),
      ),
      simultaneous: 'requeue-first',
      maxEvents: MAX_EVENTS,
      random: () => ({
        next: () => Math.floor(draws.random() * 2 ** 32),
        below(tickets) {
          const random = Math.floor(draws.random() * 1_000_001);
          drawn.push({ random, winner: random % tickets, tickets });
          return random % tickets;
        },
      }),
    },
  );
  const slices = slicesOf(run.trace);
  const winners = slices.map(({ pid }) => pid - 1);
  const perJob = run.processes.map(({ pid, response, turnaround }) => ({
    job: pid - 1,
    response: response ?? null,
    turnaround: turnaround ?? null,
    quanta: winners.filter((job) => job === pid - 1).length,
  }));
  const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  return {
    draws: drawn.map((draw, index) => ({ ...draw, job: winners[index] as number })),
    cpu: winners,
    completions: slices
      .filter(({ end }) => end === 'exit')
      .map(({ pid, to }) => ({ job: pid - 1, time: to })),
    perJob,
    average: {
      response: meanOf(known(perJob.map(({ response }) => response))),
      turnaround: meanOf(known(perJob.map(({ turnaround }) => turnaround))),
    },
    totalTime: winners.length * quantum,
  };
}

/** The original draws at most once for each tick of work; a job of length 0 may then be left over. */
function atMost(policy: Policy, turns: number): Policy {
  return {
    ...policy,
    start(context) {
      const scheduler = policy.start(context);
      let left = turns;
      return { ...scheduler, pickNext: (core) => (left-- > 0 ? scheduler.pickNext(core) : undefined) };
    },
  };
}

function makeJobs(options: OstepLotteryOptions, draws: Draws): LotteryJob[] {
  if (options.jlist !== '') {
    return options.jlist.split(',').map((text, job) => {
      const [length = 0, tickets = 0] = text.split(':').map(Number);
      return { job, length, tickets };
    });
  }
  const notZero = (max: number): number => {
    let draw = 0;
    while (draw === 0) draw = Math.floor(max * draws.random());
    return draw;
  };
  return Array.from({ length: options.jobs }, (_, job) => {
    return { job, length: notZero(options.maxlen), tickets: notZero(options.maxticket) };
  });
}
