/**
 * Start to joined: how long it takes until a process that does nothing has come and gone; the same for two
 * hundred at once; and until a pool of eight workers has done its first eight tasks.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Pool, Process, type StartMethodName, stopForkServer } from 'core-process';
import { type Measurement, runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';
import { pythonSubject } from '../python.js';

const nothing = new URL('nothing.mjs#nothing', programs);
const nothingPath = fileURLToPath(nothing);
/** So many in a row: the first few after other work find nothing of theirs in the processor's caches. */
const STARTS = 30;
const BURST = 200;
const WORKERS = 8;

/** Milliseconds of one start, over several of them, one after the other. */
function starts(name: string, startAndJoin: () => Promise<number | null | undefined>): Subject {
  return {
    name,
    measure: async () => {
      const began = performance.now();
      for (let start = 0; start < STARTS; start++) {
        const exitCode = await startAndJoin();
        if (exitCode !== 0) throw new Error(`A child of "${name}" ended with ${exitCode}.`);
      }
      return [{ metric: 'start to joined', unit: 'ms', value: (performance.now() - began) / STARTS }];
    },
  };
}

/** Ours, one after the other. */
function one(startMethod: StartMethodName): Subject {
  const single = starts(nameOf(startMethod), async () => {
    const child = new Process({ target: nothing, startMethod }).start();
    await child.join();
    return child.exitCode;
  });
  return {
    name: single.name,
    measure: async () => {
      // The fork server starts with the first one.
      await new Process({ target: nothing, startMethod }).start().join();
      return await single.measure();
    },
  };
}

/** Ours that copies its caller: that one needs options of Node. */
const copyOfCaller: Subject = {
  name: nameOf('fork'),
  measure: () => {
    const program = fileURLToPath(new URL('start-fork.mjs', programs));
    const flags = ['--single-threaded', '--v8-pool-size=1'];
    const figures = execFileSync(process.execPath, [...flags, program, String(STARTS)], { encoding: 'utf8' });
    return JSON.parse(figures) as Measurement[];
  },
};

/** Ours, all at once, and a pool's workers. After the others: a machine that was busy for ten seconds is slower. */
function many(startMethod: StartMethodName): Subject {
  const milliseconds = async (metric: string, work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return { metric, unit: 'ms', value: performance.now() - began };
  };
  return {
    name: nameOf(startMethod),
    measure: async () => {
      const pool = new Pool({ processes: WORKERS, startMethod });
      const figures = [
        await milliseconds(`pool of ${WORKERS}, first tasks`, () =>
          Promise.all(Array.from({ length: WORKERS }, () => pool.apply(nothing, []))),
        ),
        await milliseconds(`burst of ${BURST}`, async () => {
          const all = Array.from({ length: BURST }, () =>
            new Process({ target: nothing, startMethod, stdio: 'ignore' }).start(),
          );
          await Promise.all(all.map((child) => child.join()));
        }),
      ];
      pool.close();
      await pool.join();
      return figures;
    },
    close: stopForkServer,
  };
}

function nameOf(startMethod: StartMethodName): string {
  return `core-process ${startMethod}`;
}

const python = ['fork', 'forkserver', 'spawn'].map((method) =>
  pythonSubject(`python ${method}`, 'start.py', [method, String(STARTS)]),
);
/** With its version in it. */
const pythonForkServer = python[1]?.name ?? '';

await runBench({
  bench: 'start',
  rounds: 9,
  subjects: [
    one('spawn'),
    one('forkserver'),
    copyOfCaller,
    starts('child_process.fork', async () => {
      const [exitCode] = (await once(fork(nothingPath), 'exit')) as [number | null];
      return exitCode;
    }),
    starts('execa', async () => (await execa(process.execPath, [nothingPath])).exitCode),
    ...python,
    many('forkserver'),
    many('spawn'),
  ],
  ratios: [
    {
      metric: 'start to joined',
      ours: 'core-process spawn',
      peer: 'child_process.fork',
      target: 1.15,
      bound: 'at most',
    },
    {
      metric: 'start to joined',
      ours: 'child_process.fork',
      peer: 'core-process forkserver',
      target: 10,
      bound: 'at least',
    },
    {
      metric: 'start to joined',
      ours: 'core-process forkserver',
      peer: pythonForkServer,
      target: 1,
      bound: 'at most',
    },
  ],
});
