/** Locks: a pair of acquire and release without contention, operations a second with it, and what importing costs. */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Mutex } from 'async-mutex';
import { FileLock, Lock, type LockOptions, SharedArray, SharedMemory } from 'ipc-lock';
import { type Measurement, median, runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';
import { pythonSubject } from '../python.js';

const CONTENDED_SECONDS = 1;
const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'bench-lock-'));
const file = join(folder, 'file');
writeFileSync(file, '');

const SYNC = 'pair, sync';
const ASYNC = 'pair, async';

const FAIR = 'ipc-lock Lock, fair';
const NONE_PENDING = 'other work, no wait pending';
const MANY_PENDING = 'other work, 200 waits pending';

/** One round is so many batches, of which the median counts: most of them fit between two switches of processes. */
const BATCHES = 50;

/** Nanoseconds of one pair. */
function pairs(metric: string, rounds: number, pair: () => void): Measurement {
  const batches: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const began = process.hrtime.bigint();
    for (let round = 0; round < rounds / BATCHES; round++) pair();
    batches.push(Number(process.hrtime.bigint() - began) / (rounds / BATCHES));
  }
  return { metric, unit: 'ns', value: median(batches) };
}

async function asyncPairs(metric: string, rounds: number, pair: () => Promise<void>): Promise<Measurement> {
  const batches: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const began = process.hrtime.bigint();
    for (let round = 0; round < rounds / BATCHES; round++) await pair();
    batches.push(Number(process.hrtime.bigint() - began) / (rounds / BATCHES));
  }
  return { metric, unit: 'ns', value: median(batches) };
}

const key = Symbol.for('core-process.handover');
const addressOf = (object: object) => JSON.stringify((object as { readonly [key]: () => unknown })[key]());

/** Several processes take one lock for a while. */
async function contend(
  processes: number,
  mode: 'sync' | 'async',
  options?: LockOptions,
): Promise<Measurement[]> {
  using lock = new Lock(options);
  using stage = new SharedArray('float64', 4 + processes);
  const contender = fileURLToPath(new URL('lock-contender.mjs', programs));
  const children = Array.from({ length: processes }, (_, index) =>
    spawn(process.execPath, [contender, mode, addressOf(lock), addressOf(stage), String(index)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const outputs = children.map(linesOf);
  await Promise.all(outputs.map((lines) => lines.next()));
  const now = Number(process.hrtime.bigint()) / 1e6;
  stage.array[1] = now + CONTENDED_SECONDS * 1000;
  stage.array[0] = now;
  const results = await Promise.all(
    outputs.map(
      async (lines) => JSON.parse((await lines.next()).value ?? '') as { p50: number; p99: number },
    ),
  );
  const total = stage.array.slice(4).reduce((sum, count) => sum + count, 0);
  const metric = `contended by ${processes}, ${mode}`;
  return [
    { metric, unit: '1/s', value: total / CONTENDED_SECONDS },
    { metric: `${metric}: hand-over p50`, unit: 'µs', value: median(results.map(({ p50 }) => p50)) },
    { metric: `${metric}: hand-over p99`, unit: 'µs', value: Math.max(...results.map(({ p99 }) => p99)) },
  ];
}

function linesOf(child: ChildProcessByStdio<null, Readable, null>): AsyncIterator<string, undefined> {
  return createInterface(child.stdout)[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
}

/** Milliseconds that a new Node takes to import a module, and megabytes that it has in the end. */
function costOf(module: string): { readonly time: number; readonly memory: number } {
  const program = `
    const began = process.hrtime.bigint();
    await import(${JSON.stringify(module)});
    const time = Number(process.hrtime.bigint() - began) / 1e6;
    process.stdout.write(JSON.stringify({ time, memory: process.memoryUsage.rss() / 2 ** 20 }));`;
  const options = { cwd: folder, encoding: 'utf8' as const };
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], options)) as {
    time: number;
    memory: number;
  };
}

/** In turn, so that another program on the machine disturbs both alike. */
function importCosts(): Measurement[] {
  const [empty, entry] = [new URL('nothing.mjs', programs).href, import.meta.resolve('ipc-lock')];
  const runs = Array.from({ length: 11 }, () => [costOf(empty), costOf(entry)] as const);
  const over = (of: 'time' | 'memory') => median(runs.map(([bare, ours]) => ours[of] - bare[of]));
  return [
    { metric: 'import, over a bare Node', unit: 'ms', value: over('time') },
    { metric: 'import, over a bare Node: memory', unit: 'MB', value: over('memory') },
  ];
}

/** Pairs in a process of its own: one that uses several kinds of locks is slower at each. */
function pairsElsewhere(options: LockOptions, rounds: number, env: NodeJS.ProcessEnv = {}): Measurement {
  const program = `import { Lock } from ${JSON.stringify(import.meta.resolve('ipc-lock'))};
    const lock = new Lock(${JSON.stringify(options)});
    const run = () => {
      const began = process.hrtime.bigint();
      for (let round = 0; round < ${rounds / BATCHES}; round++) { lock.acquireSync(); lock.release(); }
      return Number(process.hrtime.bigint() - began) / ${rounds / BATCHES};
    };
    const batches = Array.from({ length: ${BATCHES} }, run);
    process.stdout.write(String(batches.toSorted((a, b) => a - b)[${BATCHES / 2}]));`;
  const nanoseconds = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, ...env },
  });
  return { metric: SYNC, unit: 'ns', value: Number(nanoseconds) };
}

/** What else a process does, while so many of its waits are pending. */
async function otherWork(pending: number): Promise<Measurement[]> {
  const directory = mkdtempSync(join(folder, 'pending-'));
  const locks = Array.from({ length: pending }, (_, index) => Lock.open(String(index), { directory }));
  for (const held of locks) held.acquireSync();
  const program = fileURLToPath(new URL('lock-event-loop.mjs', programs));
  const child = spawn(process.execPath, [program, directory, String(pending)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const medians = JSON.parse((await linesOf(child).next()).value ?? '') as Record<string, number>;
  for (const held of locks) held.close();
  return Object.entries(medians).map(([metric, value]) => ({ metric, unit: '\u00B5s', value }));
}

const lock = Lock.open(randomUUID(), { directory: folder });
const fileLock = new FileLock(join(folder, 'flock'));
const mutex = new Mutex();
const word = new Int32Array(new SharedMemory(64, { directory: folder }).buffer);

interface Peer<T> {
  readonly peer?: T;
  readonly missing?: string;
}

/** What a peer exports, or why it can't be had here. */
function load(name: string): Peer<unknown> {
  try {
    return { peer: require(name) as unknown };
  } catch (error) {
    return { missing: `it has no ready binary for this machine (${(error as NodeJS.ErrnoException).code})` };
  }
}

interface ProperLockfile {
  lockSync(path: string): () => void;
  lock(path: string): Promise<() => Promise<void>>;
}
interface FsNativeExtensions {
  tryLock(fd: number): boolean;
  unlock(fd: number): void;
}
interface FsExt {
  flockSync(fd: number, flags: string): void;
}
interface OsLock {
  lock(fd: number): Promise<void>;
  unlock(fd: number): Promise<void>;
}
const properLockfile = load('proper-lockfile') as Peer<ProperLockfile>;
const fsNative = load('fs-native-extensions') as Peer<FsNativeExtensions>;
const fsExt = load('fs-ext') as Peer<FsExt>;
const osLock = load('os-lock') as Peer<OsLock>;
const fd = openSync(file, 'r+');

interface WebLocks {
  request(name: string, work: () => Promise<void>): Promise<void>;
}
const webLocks = (globalThis as { navigator?: { locks?: WebLocks } }).navigator?.locks;

const subjects: Subject[] = [
  {
    name: 'ipc-lock Lock',
    measure: async () => [
      pairs(SYNC, 1_000_000, () => {
        lock.acquireSync();
        lock.release();
      }),
      await asyncPairs(ASYNC, 200_000, async () => {
        await lock.acquire();
        lock.release();
      }),
      ...(await contend(2, 'sync')),
      ...(await contend(4, 'sync')),
      ...(await contend(2, 'async')),
      ...(await contend(4, 'async')),
      ...importCosts(),
    ],
  },
  {
    name: FAIR,
    measure: async () => [
      pairsElsewhere({ fair: true }, 1_000_000),
      ...(await contend(2, 'sync', { fair: true })),
      ...(await contend(4, 'sync', { fair: true })),
    ],
  },
  {
    name: 'ipc-lock Lock, without FFI',
    measure: () => [pairsElsewhere({}, 2_000, { IPC_LOCK_NO_FFI: '1' })],
  },
  { name: NONE_PENDING, measure: () => otherWork(0) },
  { name: MANY_PENDING, measure: () => otherWork(200) },
  {
    name: 'ipc-lock FileLock',
    measure: () => [pairs(SYNC, 5_000, () => fileLock.acquireSync().release())],
  },
  {
    name: 'bare Atomics on the mapping',
    measure: () => [
      pairs(SYNC, 1_000_000, () => {
        Atomics.compareExchange(word, 0, 0, 5);
        Atomics.compareExchange(word, 0, 5, 0);
      }),
    ],
  },
  pythonSubject('python pair', 'lock.py', ['pair']),
  ...[2, 4].map((processes) =>
    pythonSubject(`python ${processes} processes`, 'lock.py', [
      'contended',
      String(processes),
      String(CONTENDED_SECONDS),
    ]),
  ),
  {
    name: 'async-mutex',
    measure: async () => [
      await asyncPairs(ASYNC, 100_000, async () => {
        const release = await mutex.acquire();
        release();
      }),
    ],
  },
  {
    name: 'navigator.locks',
    missing: webLocks === undefined ? `Node ${process.version} has none` : undefined,
    measure: async () => [
      await asyncPairs(ASYNC, 20_000, () => webLocks?.request('it', async () => undefined) as Promise<void>),
    ],
  },
  {
    name: 'proper-lockfile',
    missing: properLockfile.missing,
    measure: async () => [
      pairs(SYNC, 500, () => properLockfile.peer?.lockSync(file)()),
      await asyncPairs(ASYNC, 200, async () => {
        await (await properLockfile.peer?.lock(file))?.();
      }),
    ],
  },
  {
    name: 'fs-native-extensions',
    missing: fsNative.missing,
    measure: () => [
      pairs(SYNC, 50_000, () => {
        fsNative.peer?.tryLock(fd);
        fsNative.peer?.unlock(fd);
      }),
    ],
  },
  {
    name: 'fs-ext',
    missing: fsExt.missing,
    measure: () => [
      pairs(SYNC, 50_000, () => {
        fsExt.peer?.flockSync(fd, 'exnb');
        fsExt.peer?.flockSync(fd, 'un');
      }),
    ],
  },
  {
    name: 'os-lock',
    missing: osLock.missing,
    measure: async () => [
      await asyncPairs(ASYNC, 1_000, async () => {
        await osLock.peer?.lock(fd);
        await osLock.peer?.unlock(fd);
      }),
    ],
  },
];

const nameOf = (start: string) => subjects.find(({ name }) => name.startsWith(start))?.name ?? start;
const ours = 'ipc-lock Lock';

await runBench({
  bench: 'lock',
  rounds: 5,
  subjects,
  ratios: [
    { metric: SYNC, ours, peer: nameOf('python pair'), target: 0.9, bound: 'at most' },
    { metric: SYNC, ours, peer: 'bare Atomics on the mapping', target: 4, bound: 'at most' },
    { metric: SYNC, ours, peer: 'proper-lockfile', target: 0.001, bound: 'at most' },
    { metric: ASYNC, ours, peer: 'async-mutex', target: 0.5, bound: 'at most' },
    ...[2, 4].map((processes) => ({
      metric: `contended by ${processes}, sync`,
      ours,
      peer: nameOf(`python ${processes}`),
      target: 1,
      bound: 'at least' as const,
    })),
    ...['timer', 'fs.readFile', 'dns.lookup', 'crypto.pbkdf2'].map((metric) => ({
      metric,
      ours: MANY_PENDING,
      peer: NONE_PENDING,
      target: 1.2,
      bound: 'at most' as const,
    })),
  ],
});
lock.close();
closeSync(fd);
rmSync(folder, { recursive: true });
