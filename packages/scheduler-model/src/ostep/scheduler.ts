// scheduler.py: jobs that all arrive at once, by FIFO, SJF or RR on one processor.

import { InvalidInputError } from '../errors.js';
import { fcfs } from '../policies/fcfs.js';
import { roundRobin } from '../policies/round-robin.js';
import { sjf } from '../policies/sjf.js';
import { simulate } from '../simulate.js';
import { slicesOf } from '../slices.js';
import { cpu } from '../workload.js';
import { drawsOf, type RecordedDraw } from './draws.js';
import { MAX_EVENTS } from './limits.js';
import { meanOf, twoDecimals } from './python-format.js';

export interface SchedulerJob {
  readonly job: number;
  /** May have decimals. */
  readonly length: number;
}

/** The flags `-s -j -l -m -p -q`. */
export interface SchedulerOptions {
  readonly seed: number;
  readonly jobs: number;
  readonly jlist: string;
  readonly maxlen: number;
  readonly policy: string;
  readonly quantum: number;
}

export interface SchedulerResult {
  readonly trace: readonly { time: number; job: number; ranFor: number; doneAt?: number }[];
  readonly perJob: readonly { job: number; response: number; turnaround: number; wait: number }[];
  readonly average: { readonly response: number; readonly turnaround: number; readonly wait: number };
  readonly printOrder: readonly number[];
  /** Who ran, by tick; only if all lengths are whole. */
  readonly cpu?: readonly number[];
}

/**
 * What `scheduler.py -c` prints.
 *
 * @param jobs - left out, they are read from `jlist` or made up from the seed
 * @param draws - what Python drew; left out, the same is drawn from the seed
 */
export function runScheduler(
  jobs: readonly SchedulerJob[] | undefined,
  options: SchedulerOptions,
  draws?: readonly RecordedDraw[],
): SchedulerResult {
  const list = jobs ?? makeJobs(options, draws);
  const lengths = list.map(({ length }) => length);
  const scale = 10 ** Math.max(0, ...lengths.map(decimals));
  const run = simulate(
    list.map(({ job, length }) => ({ name: `job ${job}`, script: [cpu(Math.round(length * scale))] })),
    { policy: policyOf(options, scale), simultaneous: 'requeue-first', maxEvents: MAX_EVENTS },
  );

  // The engine counts whole ticks; the printed figures are sums of doubles, added up in the order run.
  const left = [...lengths];
  const lastRan = lengths.map(() => 0);
  const response: (number | undefined)[] = lengths.map(() => undefined);
  const turnaround = lengths.map(() => 0);
  const wait = lengths.map(() => 0);
  const trace: { time: number; job: number; ranFor: number; doneAt?: number }[] = [];
  const order: number[] = [];
  const onCpu: number[] = [];
  let now = 0;
  for (const { pid, end } of slicesOf(run.trace)) {
    const job = pid - 1;
    const ranFor = end === 'exit' ? (left[job] as number) : options.quantum;
    response[job] ??= now;
    wait[job] = (wait[job] as number) + now - (lastRan[job] as number);
    const line = { time: Math.trunc(now), job, ranFor: twoDecimals(ranFor) };
    for (let tick = 0; tick < ranFor; tick++) onCpu.push(job);
    now += ranFor;
    left[job] = (left[job] as number) - ranFor;
    lastRan[job] = now;
    if (end === 'exit') {
      turnaround[job] = now;
      order.push(job);
      trace.push({ ...line, doneAt: twoDecimals(now) });
    } else trace.push(line);
  }
  const responses = response.map((time) => time ?? 0);
  const result = {
    trace,
    perJob: list.map(({ job }) => ({
      job,
      response: twoDecimals(responses[job] as number),
      turnaround: twoDecimals(turnaround[job] as number),
      wait: twoDecimals(wait[job] as number),
    })),
    average: { response: meanOf(responses), turnaround: meanOf(turnaround), wait: meanOf(wait) },
    printOrder: options.policy === 'RR' ? list.map(({ job }) => job) : order,
  };
  return lengths.every(Number.isInteger) ? { ...result, cpu: onCpu } : result;
}

function makeJobs(options: SchedulerOptions, recorded: readonly RecordedDraw[] | undefined): SchedulerJob[] {
  if (options.jlist !== '') {
    return options.jlist.split(',').map((length, job) => ({ job, length: Number(length) }));
  }
  const draws = drawsOf(options.seed, recorded);
  return Array.from({ length: options.jobs }, (_, job) => {
    return { job, length: Math.floor(options.maxlen * draws.random()) + 1 };
  });
}

function policyOf({ policy, quantum }: SchedulerOptions, scale: number) {
  switch (policy) {
    case 'FIFO':
      return fcfs();
    case 'SJF':
      return sjf();
    case 'RR':
      return roundRobin({ quantum: quantum * scale });
    default:
      throw new InvalidInputError({
        field: 'options.policy',
        value: policy,
        expected: "'FIFO', 'SJF' or 'RR'",
      });
  }
}

const decimals = (value: number): number => String(value).split('.')[1]?.length ?? 0;
