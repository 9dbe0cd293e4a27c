/** Tasks a second, and how long one takes, in pools of two workers; and what larger values cost. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Pool } from 'core-process';
import { Worker as JestWorker } from 'jest-worker';
import { Piscina } from 'piscina';
import { FixedThreadPool } from 'poolifier';
import { Tinypool } from 'tinypool';
import workerpool from 'workerpool';
import { median, type Measurement, type RatioTarget, runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';
import { pythonSubject } from '../python.js';

const WORKERS = 2;
const IN_FLIGHT = 64;
/** The same time for everybody, and long enough that what V8 does at first counts for little. */
const NO_OP_MS = 1200;
const SINGLE_TASKS = 1000;
const MAP_ITEMS = 1_000_000;
const SPIN_TURNS = 60_000_000;

const url = (name: string) => new URL(name, programs);
const path = (name: string) => fileURLToPath(url(name));

const CPU_BOUND = 'CPU-bound';
const CPU_BOUND_TASKS = 4;

type Payload = { readonly id: number; readonly name: string };
type RunTask = (payload: Payload) => PromiseLike<unknown>;

/** Tasks that do nothing: many at a time, then one at a time. */
async function noOps(run: RunTask): Promise<Measurement[]> {
  let done = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (; performance.now() - began < NO_OP_MS; done++) await run({ id: done, name: 'no-op' });
    }),
  );
  const perSecond = (done / (performance.now() - began)) * 1000;
  const single: number[] = [];
  for (let task = 0; task < SINGLE_TASKS; task++) {
    const sent = performance.now();
    await run({ id: task, name: 'no-op' });
    single.push((performance.now() - sent) * 1000);
  }
  return [
    { metric: 'no-op', unit: 'tasks/s', value: perSecond },
    { metric: 'one at a time, p50', unit: 'µs', value: median(single) },
  ];
}

function noOpSubject(name: string, run: RunTask, close: () => unknown): Subject {
  return { name, measure: () => noOps(run), close };
}

const echo = url('pool-tasks.mjs#echo');
const spin = url('pool-tasks.mjs#spin');
const ours = new Pool({ processes: WORKERS });
const one = new Pool({ processes: 1 });

async function timed(metric: string, unit: string, work: () => Promise<number>): Promise<Measurement> {
  return { metric, unit, value: await work() };
}

async function oursAll(): Promise<Measurement[]> {
  const numbers = Array.from({ length: MAP_ITEMS }, (_, index) => index);
  return [
    ...(await noOps((payload) => ours.apply(echo, [payload]))),
    await timed('map', 'items/s', async () => {
      const began = performance.now();
      await ours.map(echo, numbers);
      return (MAP_ITEMS / (performance.now() - began)) * 1000;
    }),
    ...(await buffers((buffer) => ours.apply(echo, [buffer]))),
    await timed(CPU_BOUND, 'tasks/s', () => cpuBound(ours)),
  ];
}

async function cpuBound(pool: Pool): Promise<number> {
  const began = performance.now();
  await Promise.all(Array.from({ length: CPU_BOUND_TASKS }, () => pool.apply(spin, [SPIN_TURNS])));
  return (CPU_BOUND_TASKS / (performance.now() - began)) * 1000;
}

/** There and back. */
async function buffers(run: (buffer: Buffer) => PromiseLike<unknown>): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const [label, bytes, count] of [
    ['1 MB', 1 << 20, 200],
    ['64 MB', 64 << 20, 12],
  ] as const) {
    const buffer = Buffer.alloc(bytes, 1);
    const began = performance.now();
    for (let turn = 0; turn < count; turn++) await run(buffer);
    const seconds = (performance.now() - began) / 1000;
    measurements.push({
      metric: `${label} there and back`,
      unit: 'MB/s',
      value: (bytes * count) / 1e6 / seconds,
    });
  }
  return measurements;
}

function ipcSubject(serialization: 'json' | 'advanced'): Subject {
  let children: ChildProcess[] | undefined;
  const waiting = new Map<
    ChildProcess,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }[]
  >();
  const start = () =>
    Array.from({ length: WORKERS }, () => {
      const child = fork(path('pool-ipc.mjs'), { serialization });
      waiting.set(child, []);
      child.on('message', (message) => waiting.get(child)?.shift()?.resolve(message));
      // With large messages it has happened that Node closed the channel, and said nothing to who waited.
      child.on('disconnect', () => {
        const error = new Error("Node closed the child's channel.");
        for (const each of waiting.get(child)?.splice(0) ?? []) each.reject(error);
      });
      return child;
    });
  let turn = 0;
  const run = (value: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const child = (children ??= start())[turn++ % WORKERS] as ChildProcess;
      waiting.get(child)?.push({ resolve, reject });
      child.send(value as object, (error) => error && reject(error));
    });
  return {
    name: `Node IPC, ${serialization}`,
    measure: async () => [
      ...(await noOps(run)),
      ...(serialization === 'advanced' ? await buffers((buffer) => run(buffer)) : []),
    ],
    close: () => children?.forEach((child) => child.kill()),
  };
}

/**
 * What no way between processes can be quicker than: there, and back, the bytes have to be copied into memory that is
 * the receiver's own, and that costs the kernel a fresh page for every 4 KB.
 */
function copies(): Promise<Measurement[]> {
  return buffers(async (buffer) => {
    for (let copy = 0; copy < 2; copy++) freshMemory(buffer.byteLength).set(buffer);
  });
}

/** Of a block so large that malloc has none that was used before. */
const FRESH_BYTES = 64 << 20;
let fresh = Buffer.alloc(0);

function freshMemory(bytes: number): Buffer {
  if (fresh.byteLength < bytes) fresh = Buffer.allocUnsafeSlow(FRESH_BYTES);
  const memory = fresh.subarray(0, bytes);
  fresh = fresh.subarray(bytes);
  return memory;
}

const file = path('pool-tasks.mjs');
const threads = { minThreads: WORKERS, maxThreads: WORKERS };
const piscina = new Piscina({ filename: file, ...threads });
const piscinaMany = new Piscina({ filename: file, ...threads, concurrentTasksPerWorker: 8 });
const tinyThreads = new Tinypool({ filename: file, runtime: 'worker_threads', ...threads });
const tinyProcesses = new Tinypool({ filename: file, runtime: 'child_process', ...threads });
const script = path('pool-workerpool.mjs');
const limits = { minWorkers: WORKERS, maxWorkers: WORKERS };
const workerThreads = workerpool.pool(script, { workerType: 'thread', ...limits });
const workerProcesses = workerpool.pool(script, { workerType: 'process', ...limits });
const jest = new JestWorker(file, { numWorkers: WORKERS, exposedMethods: ['echo'] }) as JestWorker & {
  echo(payload: Payload): Promise<unknown>;
};
const poolifierThreads = new FixedThreadPool<Payload, Payload>(WORKERS, path('pool-poolifier-thread.mjs'));

const OURS = 'core-process';
const ONE_WORKER = 'core-process, one worker';
const COPIES = 'two copies into fresh memory, in one process';
const THREADS = [
  'piscina',
  'piscina, 8 a worker',
  'tinypool threads',
  'workerpool threads',
  'poolifier threads',
];
const PROCESSES = ['tinypool processes', 'workerpool processes', 'jest-worker', 'poolifier processes'];

const against = (
  metric: string,
  peers: readonly string[],
  target: number,
  bound: RatioTarget['bound'],
): RatioTarget[] => peers.map((peer) => ({ metric, ours: OURS, peer, target, bound }));

const python = pythonSubject('python Pool', 'pool.py', [String(MAP_ITEMS)]);

await runBench({
  bench: 'pool',
  rounds: 5,
  warmUp: 2,
  subjects: [
    {
      name: OURS,
      measure: oursAll,
      close: () => ours[Symbol.asyncDispose](),
    },
    {
      name: ONE_WORKER,
      measure: async () => [await timed(CPU_BOUND, 'tasks/s', () => cpuBound(one))],
      close: () => one[Symbol.asyncDispose](),
    },
    noOpSubject(
      'piscina',
      (payload) => piscina.run(payload),
      () => piscina.destroy(),
    ),
    noOpSubject(
      'piscina, 8 a worker',
      (payload) => piscinaMany.run(payload),
      () => piscinaMany.destroy(),
    ),
    noOpSubject(
      'tinypool threads',
      (payload) => tinyThreads.run(payload),
      () => tinyThreads.destroy(),
    ),
    noOpSubject(
      'tinypool processes',
      (payload) => tinyProcesses.run(payload),
      () => tinyProcesses.destroy(),
    ),
    noOpSubject(
      'workerpool threads',
      (payload) => workerThreads.exec('echo', [payload]),
      () => workerThreads.terminate(),
    ),
    noOpSubject(
      'workerpool processes',
      (payload) => workerProcesses.exec('echo', [payload]),
      () => workerProcesses.terminate(),
    ),
    noOpSubject(
      'jest-worker',
      (payload) => jest.echo(payload),
      () => jest.end(),
    ),
    noOpSubject(
      'poolifier threads',
      (payload) => poolifierThreads.execute(payload),
      () => poolifierThreads.destroy(),
    ),
    {
      name: 'poolifier processes',
      missing: 'a cluster worker of poolifier 5.3.2 comes online and never answers its first task here',
      measure: () => [],
    },
    { name: COPIES, measure: copies },
    ipcSubject('json'),
    ipcSubject('advanced'),
    python,
  ],
  ratios: [
    ...against('no-op', PROCESSES, 5, 'at least'),
    ...against('no-op', THREADS, 2, 'at least'),
    ...against('one at a time, p50', THREADS, 1.5, 'at most'),
    ...against(CPU_BOUND, [ONE_WORKER], 1.9, 'at least'),
    ...against('map', [python.name], 0.5, 'at least'),
    ...against('1 MB there and back', ['Node IPC, advanced'], 3, 'at least'),
    ...against('64 MB there and back', ['Node IPC, advanced'], 3, 'at least'),
    ...against('1 MB there and back', [COPIES], 0.5, 'at least'),
    ...against('64 MB there and back', [COPIES], 0.5, 'at least'),
  ],
});
