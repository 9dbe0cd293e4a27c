/** Start to joined: how long it takes until a process that does nothing has come and gone. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Process } from 'core-process';
import { runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';
import { pythonSubject } from '../python.js';

const nothing = new URL('nothing.mjs#nothing', programs);
const nothingPath = fileURLToPath(nothing);
const STARTS = 10;

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

await runBench({
  bench: 'start',
  rounds: 9,
  subjects: [
    starts('core-process spawn', async () => {
      const child = new Process({ target: nothing }).start();
      await child.join();
      return child.exitCode;
    }),
    starts('child_process.fork', async () => {
      const [exitCode] = (await once(fork(nothingPath), 'exit')) as [number | null];
      return exitCode;
    }),
    starts('execa', async () => (await execa(process.execPath, [nothingPath])).exitCode),
    ...['fork', 'forkserver', 'spawn'].map((method) =>
      pythonSubject(`python ${method}`, 'start.py', [method, String(STARTS)]),
    ),
  ],
  ratios: [
    {
      metric: 'start to joined',
      ours: 'core-process spawn',
      peer: 'child_process.fork',
      target: 1.15,
      bound: 'at most',
    },
  ],
});
