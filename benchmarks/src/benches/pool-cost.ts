/**
 * What a task and a worker of a pool cost as there are more of them; writes the plot benchmarks/pool-cost.svg.
 *
 * Queued tasks are all submitted at once, so that as many wait; workers are up before the clock starts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Pool } from 'core-process';
import { logPlot, type Panel } from '../log-plot.js';
import { type Measurement, type RatioTarget, runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';

const QUEUED = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
const WORKERS = [1, 2, 4, 8, 16, 32, 64];
const TASKS_FOR_WORKERS = 20_000;
/** Below it a task's memory is lost in that of everything else. */
const ENOUGH_FOR_MEMORY = 1000;

const TIME = 'time a task';
const TASK_MEMORY = 'memory a task';
const WORKER_MEMORY = 'memory a worker';

const echo = new URL('pool-tasks.mjs#echo', programs);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const byQueue = (tasks: number) => `${tasks} queued`;
const byWorkers = (workers: number) => `${workers} workers`;

const two = new Pool({ processes: 2 });

async function runAll(pool: Pool, tasks: number, whenQueued: () => void = () => undefined): Promise<number> {
  const began = performance.now();
  const results = Array.from({ length: tasks }, (_, id) => pool.apply(echo, [{ id, name: 'no-op' }]));
  const submitted = performance.now();
  whenQueued();
  const looked = performance.now() - submitted;
  await Promise.all(results);
  return ((performance.now() - began - looked) * 1000) / tasks;
}

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function queueSubject(tasks: number): Subject {
  return {
    name: byQueue(tasks),
    measure: async () => {
      // The first call starts the workers.
      await two.broadcast(echo, [0]);
      const before = usedBytes();
      let queued = 0;
      const time = await runAll(two, tasks, () => {
        if (tasks >= ENOUGH_FOR_MEMORY) queued = usedBytes();
      });
      const figures: Measurement[] = [{ metric: TIME, unit: 'µs', value: time }];
      if (queued > 0) figures.push({ metric: TASK_MEMORY, unit: 'bytes', value: (queued - before) / tasks });
      return figures;
    },
  };
}

/** A worker's own share of memory: pages that several have are divided among them. @see proc_pid_smaps(5) */
function ownMegabytes(pid: number): number {
  const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function workerSubject(workers: number): Subject {
  return {
    name: byWorkers(workers),
    measure: async () => {
      const pool = new Pool({ processes: workers });
      await pool.broadcast(echo, [0]);
      const figures: Measurement[] = [
        { metric: TIME, unit: 'µs', value: await runAll(pool, TASKS_FOR_WORKERS) },
      ];
      if (process.platform === 'linux') {
        const sizes = pool.metrics().workers.map(({ pid }) => ownMegabytes(pid as number));
        const value = sizes.reduce((sum, size) => sum + size, 0) / workers;
        figures.push({ metric: WORKER_MEMORY, unit: 'MB', value });
      }
      await pool[Symbol.asyncDispose]();
      return figures;
    },
  };
}

/** Results are taken as they come; what is read of the input follows them. */
function endlessSubject(items: number): Subject {
  return {
    name: `imap, ${items} items`,
    measure: async () => {
      const before = usedBytes();
      const began = performance.now();
      let most = 0;
      let taken = 0;
      for await (const _ of two.imap(echo, everyNumber())) {
        if (++taken % (items / 4) === 0) most = Math.max(most, usedBytes() - before);
        if (taken === items) break;
      }
      return [
        { metric: TIME, unit: 'µs', value: ((performance.now() - began) * 1000) / items },
        { metric: 'memory grown', unit: 'MB', value: most / 1e6 },
      ];
    },
  };
}

function* everyNumber() {
  for (let n = 0; ; n++) yield n;
}

const atMost = (metric: string, ours: string, peer: string, target: number): RatioTarget => ({
  metric,
  ours,
  peer,
  target,
  bound: 'at most',
});

const report = await runBench({
  bench: 'pool-cost',
  rounds: 2,
  warmUp: 1,
  subjects: [
    ...QUEUED.map(queueSubject),
    endlessSubject(1000),
    endlessSubject(1_000_000),
    ...WORKERS.map(workerSubject),
    { name: 'two workers', measure: () => [], close: async () => await two[Symbol.asyncDispose]() },
  ],
  ratios: [
    // Linear: a task costs what it costs, however many wait.
    atMost(TIME, byQueue(1_000_000), byQueue(10_000), 1.5),
    atMost(TASK_MEMORY, byQueue(1_000_000), byQueue(10_000), 1.1),
    atMost(TIME, byWorkers(64), byWorkers(2), 2),
    atMost(WORKER_MEMORY, byWorkers(64), byWorkers(2), 1.1),
  ],
});

const panel = (
  title: string,
  unit: string,
  metric: string,
  values: readonly number[],
  name: (value: number) => string,
): Panel => ({
  title,
  unit,
  series: [
    {
      name: 'core-process',
      points: values.flatMap((value) => {
        const result = report.results.find((one) => one.metric === metric && one.subject === name(value));
        return result === undefined ? [] : [{ x: value, y: result.median }];
      }),
    },
  ],
});

writeFileSync(
  fileURLToPath(new URL('../pool-cost.svg', programs)),
  logPlot({
    title: `core-process: what a no-op task and a worker of a pool cost (${report.cpu}, Node ${report.node})`,
    panels: [
      panel('by queued tasks, two workers', 'µs a task', TIME, QUEUED.slice(2), byQueue),
      panel('by queued tasks', 'bytes a task', TASK_MEMORY, QUEUED, byQueue),
      panel('by workers, 20 k tasks', 'µs a task', TIME, WORKERS, byWorkers),
      panel('by workers', 'MB a worker', WORKER_MEMORY, WORKERS, byWorkers),
    ].filter(({ series }) => (series[0]?.points.length ?? 0) > 1),
  }),
);
