// mlfq.py: a multi-level feedback queue on one processor. Its queue numbers count from the lowest.

import { type MlfqState, mlfq } from '../policies/mlfq.js';
import type { Policy } from '../policies/policy.js';
import { simulate } from '../simulate.js';
import { slicesOf } from '../slices.js';
import { cpu, io, type Operation } from '../workload.js';
import { drawsOf, type RecordedDraw } from './draws.js';
import { MAX_EVENTS } from './limits.js';
import { meanOf } from './python-format.js';

export interface MlfqJob {
  readonly job: number;
  readonly startTime: number;
  readonly runTime: number;
  /** Ticks of running between I/O; 0 for none. */
  readonly ioFreq: number;
}

/** The flags `-s -n -q -a -Q -A -j -m -M -B -i -S -I -l`. */
export interface OstepMlfqOptions {
  readonly seed: number;
  readonly numQueues: number;
  readonly quantum: number;
  readonly allotment: number;
  readonly quantumList: string;
  readonly allotmentList: string;
  readonly numJobs: number;
  readonly maxlen: number;
  readonly maxio: number;
  readonly boost: number;
  readonly iotime: number;
  readonly stay: boolean;
  readonly iobump: boolean;
  readonly jlist: string;
}

export interface MlfqResult {
  /** By tick; -1 is idle, here and below. */
  readonly cpu: readonly number[];
  readonly priority: readonly number[];
  readonly ticksLeft: readonly number[];
  readonly allotLeft: readonly number[];
  readonly timeLeft: readonly number[];
  /** Jobs in I/O, by tick. */
  readonly io: readonly number[];
  readonly events: readonly (readonly [time: number, what: string, job: number])[];
  readonly perJob: readonly {
    job: number;
    startTime: number;
    response: number;
    turnaround: number;
    endTime: number;
    ioTime: number;
    wait: number;
  }[];
  readonly average: { readonly response: number; readonly turnaround: number };
  readonly stats: { readonly totalTime: number; readonly busy: number };
}

type Event = [time: number, what: string, job: number];

/**
 * What `mlfq.py -c` prints.
 *
 * @param jobs - left out, they are read from `jlist` or made up from the seed
 * @param draws - what Python drew; left out, the same is drawn from the seed
 */
export function runMlfq(
  jobs: readonly MlfqJob[] | undefined,
  options: OstepMlfqOptions,
  draws?: readonly RecordedDraw[],
): MlfqResult {
  const list = jobs ?? makeJobs(options, draws);
  const { quanta, allotments } = queuesOf(options);
  const events: Event[] = [];
  const turns: MlfqState[] = [];
  const policy = mlfq({
    quanta,
    // Allotments below 1 never run out: there, that is 0.
    allotments: allotments.map((turnCount) => Math.max(0, turnCount)),
    boost: options.boost,
    afterIo: options.iobump ? 'head' : 'tail',
    refillOnIo: options.stay,
  });
  const run = simulate(
    list.map((job) => ({
      name: `job ${job.job}`,
      arrival: job.startTime,
      script: scriptOf(job, options.iotime),
    })),
    { policy: watched(policy, events, turns), simultaneous: 'requeue-first', maxEvents: MAX_EVENTS },
  );

  const length = run.metrics.makespan;
  const perTick = (): number[] => Array.from({ length }, () => -1);
  const columns = {
    cpu: perTick(),
    priority: perTick(),
    ticksLeft: perTick(),
    allotLeft: perTick(),
    timeLeft: perTick(),
  };
  const left = list.map(({ runTime }) => runTime);
  for (const [index, { pid, from, to }] of slicesOf(run.trace).entries()) {
    const turn = turns[index] as MlfqState;
    for (let tick = from; tick < to; tick++) {
      columns.cpu[tick] = pid - 1;
      columns.priority[tick] = quanta.length - 1 - turn.level;
      columns.ticksLeft[tick] = turn.ticksLeft - (tick - from) - 1;
      // In the original a count that never runs out goes on falling.
      columns.allotLeft[tick] =
        (allotments[turn.level] as number) - Math.max(0, allotments[turn.level] as number) + turn.turnsLeft;
      left[pid - 1] = (left[pid - 1] as number) - 1;
      columns.timeLeft[tick] = left[pid - 1] as number;
    }
  }
  const perJob = run.processes.map(({ pid, arrival, response, turnaround, completion, blocked, ready }) => ({
    job: pid - 1,
    startTime: arrival,
    response: response ?? 0,
    turnaround: turnaround ?? 0,
    endTime: completion ?? 0,
    ioTime: blocked,
    wait: ready,
  }));
  return {
    ...columns,
    io: inIo(events, length),
    events,
    perJob,
    average: {
      response: meanOf(perJob.map((job) => job.response)),
      turnaround: meanOf(perJob.map((job) => job.turnaround)),
    },
    stats: { totalTime: length, busy: columns.cpu.filter((job) => job !== -1).length },
  };
}

/** The policy, with what it does written down: events in order, and the state at the start of each turn. */
function watched(policy: Policy, events: Event[], turns: MlfqState[]): Policy {
  return {
    ...policy,
    start(context) {
      const scheduler = policy.start(context);
      const log = (what: string, pid: number) => events.push([context.now(), what, pid - 1]);
      return {
        ...scheduler,
        enqueue(process, reason) {
          if (reason === 'arrival') log('JOB BEGINS', process.pid);
          if (reason === 'io-done') log('IO_DONE', process.pid);
          scheduler.enqueue(process, reason);
        },
        sliceFor(process, core) {
          turns.push({ ...(process.data as MlfqState) });
          return scheduler.sliceFor(process, core);
        },
        stopping(process, reason) {
          if (reason === 'blocked') log('IO_START', process.pid);
          scheduler.stopping?.(process, reason);
        },
        timer() {
          log('BOOST', 0);
          scheduler.timer?.();
        },
        exit(process) {
          log('FINISHED', process.pid);
          scheduler.exit?.(process);
        },
      };
    },
  };
}

function inIo(events: readonly Event[], length: number): number[] {
  const changes = Array.from({ length: length + 1 }, () => 0);
  for (const [time, what] of events) {
    if (what === 'IO_START') changes[time] = (changes[time] ?? 0) + 1;
    if (what === 'IO_DONE') changes[time] = (changes[time] ?? 0) - 1;
  }
  let count = 0;
  return changes.slice(0, length).map((change) => (count += change));
}

function scriptOf({ runTime, ioFreq }: MlfqJob, iotime: number): Operation[] {
  if (ioFreq <= 0) return [cpu(runTime)];
  const script: Operation[] = [];
  for (let left = runTime; left > 0; left -= ioFreq) {
    script.push(cpu(Math.min(left, ioFreq)));
    if (left > ioFreq) script.push(io(iotime));
  }
  return script;
}

/** Quanta and allotments by queue, the highest first. */
function queuesOf(options: OstepMlfqOptions): { quanta: number[]; allotments: number[] } {
  const numbers = (text: string): number[] => text.split(',').map(Number);
  const quanta =
    options.quantumList === ''
      ? Array.from({ length: options.numQueues }, () => options.quantum)
      : numbers(options.quantumList);
  const allotments =
    options.allotmentList === '' ? quanta.map(() => options.allotment) : numbers(options.allotmentList);
  return { quanta, allotments };
}

function makeJobs(options: OstepMlfqOptions, recorded: readonly RecordedDraw[] | undefined): MlfqJob[] {
  if (options.jlist !== '') {
    return options.jlist.split(':').map((text, job) => {
      const [startTime = 0, runTime = 0, ioFreq = 0] = text.split(',').map(Number);
      return { job, startTime, runTime, ioFreq };
    });
  }
  const draws = drawsOf(options.seed, recorded);
  const below = (max: number): number => Math.floor(draws.random() * (max - 1) + 1);
  return Array.from({ length: options.numJobs }, (_, job) => {
    return { job, startTime: 0, runTime: below(options.maxlen), ioFreq: below(options.maxio) };
  });
}
