// multi.py: several processors with caches, one queue or one each, with stealing. The engine has the
// timer and the caches; the rules of the queues, with their quirks, are the policy below.

import type { Policy, ProcessView } from '../policies/policy.js';
import { ReadyQueue } from '../policies/ready-queue.js';
import { simulate } from '../simulate.js';
import type { Run } from '../simulation.js';
import { cpu } from '../workload.js';
import { type Draws, drawsOf, type RecordedDraw } from './draws.js';
import { MAX_EVENTS } from './limits.js';
import { twoDecimals } from './python-format.js';

export interface MultiJob {
  readonly name: string;
  readonly runTime: number;
  readonly workingSet: number;
  /** Empty: any processor. */
  readonly affinity: readonly number[];
}

/** The flags `-s -j -R -W -L -p -A -n -q -P -w -r -M -o`. */
export interface MultiOptions {
  readonly seed: number;
  readonly job_num: number;
  readonly max_run: number;
  readonly max_wset: number;
  readonly job_list: string;
  readonly per_cpu_queues: boolean;
  readonly affinity: string;
  readonly num_cpus: number;
  readonly quantum: number;
  readonly peek_interval: number;
  readonly warmup_time: number;
  readonly warm_rate: number;
  readonly cache_size: number;
  readonly rand_order: boolean;
}

type FromTick<T> = readonly [fromTick: number, value: T];

export interface MultiResult {
  readonly initialQueues: readonly (readonly string[])[];
  /** By processor and tick: who ran, null if nobody; below, what it had left after the tick. */
  readonly cpu: readonly (readonly (string | null)[])[];
  readonly timeLeft: readonly (readonly (number | null)[])[];
  /** By processor: who was warm after a tick, at each tick where that changed. */
  readonly warmAfterTick: readonly (readonly FromTick<readonly string[]>[])[];
  /** All queues after a tick, at each tick where that changed. */
  readonly queuesAfterTick: readonly FromTick<readonly (readonly string[])[]>[];
  readonly timerTicks: readonly number[];
  readonly finishedTime: number;
  readonly perCpu: readonly { cpu: number; utilization: number; warm: number }[];
  readonly perJob: readonly {
    name: string;
    response: number;
    finish: number;
    turnaround: number;
    ranTicks: number;
    wait: number;
    cpusUsed: number[];
    migrations: number;
  }[];
}

/**
 * What `multi.py -c -t -T -C -S` prints.
 *
 * @param jobs - left out, they are read from `job_list` or made up from the seed
 * @param recorded - what Python drew; left out, the same is drawn from the seed
 */
export function runMulti(
  jobs: readonly MultiJob[] | undefined,
  options: MultiOptions,
  recorded?: readonly RecordedDraw[],
): MultiResult {
  const draws = drawsOf(options.seed, recorded);
  // Made up first, since the draws for that come first.
  const made = makeJobs(options, draws);
  const list = jobs ?? made;
  const names = list.map(({ name }) => name);
  const initial = initialQueues(list, options);
  const queues = new Snapshots<readonly (readonly string[])[]>();
  const run = simulate(
    list.map(({ name, runTime, workingSet, affinity }) => ({
      name,
      // One without work still takes a tick.
      script: [cpu(Math.max(1, runTime))],
      workingSet,
      affinity: affinity.length === 0 ? undefined : affinity,
    })),
    {
      policy: processorQueues(list, options, initial, draws, queues),
      machine: {
        cores: options.num_cpus,
        placement: 'lowest',
        sliceAccounting: 'globalTimer',
        timer: options.quantum,
        cache: { size: options.cache_size, warmUp: options.warmup_time, warmRate: options.warm_rate },
      },
      simultaneous: 'requeue-first',
      maxEvents: MAX_EVENTS,
    },
  );
  const finishedTime = run.metrics.makespan;
  const { cpu: ran, timeLeft, warm, wasWarm } = replay(run, list, options);
  const share = (ticks: number): number => twoDecimals((100 * ticks) / finishedTime);
  return {
    initialQueues: initial.map((queue) => queue.map((index) => names[index] as string)),
    cpu: ran,
    timeLeft,
    warmAfterTick: warm,
    queuesAfterTick: queues.changes(finishedTime),
    timerTicks: Array.from(
      { length: Math.max(0, Math.ceil(finishedTime / options.quantum) - 1) },
      (_, index) => (index + 1) * options.quantum,
    ),
    finishedTime,
    perCpu: ran.map((ticks, core) => ({
      cpu: core,
      utilization: share(ticks.filter((name) => name !== null).length),
      warm: share(wasWarm[core] as number),
    })),
    perJob: run.processes.map((process) => {
      const { name, response = 0, completion = 0, turnaround = 0, run: ranTicks } = process;
      const cpusUsed = ran.flatMap((ticks, core) => (ticks.includes(name) ? [core] : []));
      const wait = completion - ranTicks;
      return {
        name,
        response,
        finish: completion,
        turnaround,
        ranTicks,
        wait,
        cpusUsed,
        migrations: process.migrations,
      };
    }),
  };
}

/** A value at each tick, told of as it changes; of several at one tick the last counts. */
class Snapshots<T> {
  readonly #values: [tick: number, value: T][] = [];

  set(tick: number, value: T): void {
    if (this.#values.at(-1)?.[0] === tick) this.#values.pop();
    this.#values.push([tick, value]);
  }

  /** Without repetitions, and without what only came after the end. */
  changes(end: number): FromTick<T>[] {
    const changes: FromTick<T>[] = [];
    for (const [tick, value] of this.#values) {
      const isNew = JSON.stringify(changes.at(-1)?.[1]) !== JSON.stringify(value);
      if (tick < end && isNew) changes.push([tick, value]);
    }
    return changes;
  }
}

/** Each processor takes in turn the first job it may have, until all are in a queue. */
function initialQueues(jobs: readonly MultiJob[], options: MultiOptions): number[][] {
  if (!options.per_cpu_queues) return [jobs.map((_, index) => index)];
  const queues: number[][] = Array.from({ length: options.num_cpus }, () => []);
  const left = new Set(jobs.keys());
  while (left.size > 0) {
    const before = left.size;
    for (const [core, queue] of queues.entries()) {
      for (const index of left) {
        const { affinity } = jobs[index] as MultiJob;
        if (affinity.length > 0 && !affinity.includes(core)) continue;
        left.delete(index);
        queue.push(index);
        break;
      }
    }
    if (left.size === before) break;
  }
  return queues;
}

/** The original's queues, stealing and order of processors. */
function processorQueues(
  jobs: readonly MultiJob[],
  options: MultiOptions,
  initial: readonly (readonly number[])[],
  draws: Draws,
  snapshots: Snapshots<readonly (readonly string[])[]>,
): Policy {
  const {
    num_cpus: cores,
    per_cpu_queues: isPerCpu,
    peek_interval: interval,
    rand_order: isRandom,
  } = options;
  const home = new Map(initial.flatMap((queue, core) => queue.map((index) => [index, core] as const)));
  return {
    name: isPerCpu ? 'queues per processor' : 'one queue',
    start(context) {
      const queues = initial.map(() => new ReadyQueue());
      const queueOf = (core: number): ReadyQueue => queues[isPerCpu ? core : 0] as ReadyQueue;
      const note = (): void => {
        snapshots.set(
          context.now(),
          queues.map((queue) => [...queue].map(({ name }) => name)),
        );
      };
      const steal = (core: number): void => {
        if (queueOf(core).length > 0) return;
        const others = Array.from({ length: cores }, (_, other) => other).filter((other) => other !== core);
        const victim = queueOf(draws.choice(others));
        for (const process of victim) {
          const { affinity, runTime, workingSet } = jobs[process.pid - 1] as MultiJob;
          // The original compares the processor with the wrong fields: kept, since its figures show it.
          if (affinity.length > 0 && core !== runTime && core !== workingSet) continue;
          victim.remove(process);
          queueOf(core).add(process);
          break;
        }
      };
      // Processors are put in order anew at each tick, also when there is nothing to give.
      let ordered = 0;
      const order = (until: number): readonly number[] => {
        let list: readonly number[] = [];
        const ascending = Array.from({ length: cores }, (_, core) => core);
        for (; ordered < until; ordered++) list = draws.shuffle(ascending);
        return list;
      };
      const chosen = new Map<number, number | undefined>();
      let chosenAt = -1;
      const choose = (): void => {
        chosenAt = context.now();
        chosen.clear();
        const taken = new Set<ProcessView>();
        for (const core of order(chosenAt + 1)) {
          if (context.running(core) !== undefined) continue;
          const first = [...queueOf(core)].find((process) => process.mayRunOn(core) && !taken.has(process));
          if (first === undefined) continue;
          taken.add(first);
          chosen.set(core, first.pid);
        }
      };
      if (isPerCpu && interval > 0) context.timerAt(interval);
      return {
        enqueue(process, reason) {
          const core = reason === 'arrival' ? (home.get(process.pid - 1) ?? 0) : (process.core ?? 0);
          queueOf(core).add(process);
          note();
        },
        dequeue(process) {
          for (const queue of queues) queue.remove(process);
          note();
        },
        pickNext(core) {
          if (!isRandom) return queueOf(core).firstOn(core)?.pid;
          if (chosenAt !== context.now()) choose();
          return chosen.get(core);
        },
        sliceFor: () => undefined,
        timer() {
          if (isRandom) order(context.now());
          for (let core = 0; core < cores; core++) steal(core);
          note();
          context.timerAt(context.now() + interval);
        },
      };
    },
  };
}

/** Goes through the trace, and writes down by tick what each processor did. */
function replay(run: Run, jobs: readonly MultiJob[], options: MultiOptions) {
  const length = run.metrics.makespan;
  const cores = Array.from({ length: options.num_cpus }, () => ({
    cpu: Array.from({ length }, (): string | null => null),
    timeLeft: Array.from({ length }, (): number | null => null),
    warm: new Set<number>(),
    snapshots: new Snapshots<readonly string[]>(),
    wasWarm: 0,
    pid: 0,
    since: 0,
    dispatchedAt: -1,
  }));
  const left = jobs.map(({ runTime }) => runTime);
  const ranUntil = (core: (typeof cores)[number], time: number): void => {
    const job = jobs[core.pid - 1];
    if (job === undefined) return;
    const rate = core.warm.has(core.pid) ? options.warm_rate : 1;
    for (let tick = core.since; tick < time; tick++) {
      left[core.pid - 1] = Math.max(0, (left[core.pid - 1] as number) - rate);
      core.cpu[tick] = job.name;
      core.timeLeft[tick] = left[core.pid - 1] as number;
      if (rate > 1) core.wasWarm++;
    }
    core.since = time;
  };
  for (const core of cores) core.snapshots.set(0, []);
  for (const { time, pid, core: index, from, to, reason } of run.trace) {
    const core = index === undefined ? undefined : cores[index];
    if (core === undefined) continue;
    ranUntil(core, time);
    if (reason === 'dispatch') Object.assign(core, { pid, since: time, dispatchedAt: time });
    else if (from === 'running' && to !== 'running') core.pid = 0;
    else if (reason === 'warm' || reason === 'evict') {
      if (reason === 'warm') core.warm.add(pid);
      else core.warm.delete(pid);
      const names = jobs.filter((_, job) => core.warm.has(job + 1)).map(({ name }) => name);
      // One that warms up by running is warm after the tick that ends now.
      core.snapshots.set(core.dispatchedAt === time ? time : time - 1, names);
    }
  }
  return {
    cpu: cores.map((core) => core.cpu),
    timeLeft: cores.map((core) => core.timeLeft),
    warm: cores.map((core) => core.snapshots.changes(length)),
    wasWarm: cores.map((core) => core.wasWarm),
  };
}

function makeJobs(options: MultiOptions, draws: Draws): MultiJob[] {
  const affinity = affinities(options.affinity);
  if (options.job_list !== '') {
    return options.job_list.split(',').map((text) => {
      const [name = '', runTime, workingSet] = text.split(':');
      return {
        name,
        runTime: Number(runTime),
        workingSet: Number(workingSet),
        affinity: affinity.get(name) ?? [],
      };
    });
  }
  const tens = (max: number): number => Math.floor((draws.random() * max) / 10) * 10;
  return Array.from({ length: options.job_num }, (_, index) => {
    const name = String(index);
    return {
      name,
      runTime: tens(options.max_run),
      workingSet: tens(options.max_wset),
      affinity: affinity.get(name) ?? [],
    };
  });
}

/** `a:0.1,b:2` as lists by name. */
function affinities(text: string): Map<string, number[]> {
  if (text === '') return new Map();
  return new Map(
    text.split(',').map((part) => {
      const [name = '', cores = ''] = part.split(':');
      return [name, cores.split('.').map(Number)];
    }),
  );
}
