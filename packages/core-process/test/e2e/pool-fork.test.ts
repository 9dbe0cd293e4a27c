/** Pools whose workers are copies of this process, and copies made while it talks to others. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { startMethods } from 'core-process';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../programs/fork-pool.mjs', import.meta.url));

it.runIf(startMethods().includes('forkserver'))(
  'a pool of copies works, loses a worker and goes on, while queues between copies are busy',
  async () => {
    const { stdout, stderr, exitCode } = await runProgram(['--single-threaded', '--v8-pool-size=1', program]);
    expect({ stderr, exitCode }).toMatchObject({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toEqual({
      squares: [1, 4, 9, 16],
      isSame: true,
      workers: 2,
      death: 'ERR_WORKER_DIED',
      trips: 600,
      exitCodes: [0, 0, 0],
    });
  },
);
