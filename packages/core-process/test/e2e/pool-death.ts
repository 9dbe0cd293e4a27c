/**
 * For every place where a worker can die, and every way: which promise settles with which error, that the pool goes
 * on, and that no other task is hurt. One body, for rings and for streams. After the deadlock suites of concurrent.futures (test_deadlock.py) and loky.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, waitFor } from '@tooling/testkit';
import { Pool, type PoolOptions } from 'core-process';
import { describe, expect, it } from 'vitest';
import * as tasks from '../programs/pool-tasks.mjs';

const WAYS = [
  ['exit', { exitCode: 7, signal: null }],
  ['SIGKILL', { exitCode: null, signal: 'SIGKILL' }],
  ['SIGSEGV', { exitCode: null, signal: 'SIGSEGV' }],
  ['out of memory', { exitCode: null, signal: 'SIGABRT' }],
] as const;

// A small heap, so that it is full soon; what V8 says of that is not for the test's output.
const options = (more: PoolOptions = {}): PoolOptions => ({
  processes: 2,
  execArgv: ['--max-old-space-size=48'],
  stdio: 'ignore',
  ...more,
});

const failed = (result: Promise<unknown>) =>
  result.then(
    (value) => {
      throw new Error(`It gave ${String(value)} instead of failing.`);
    },
    (error: unknown) => error,
  );

/** Other tasks before and after the one that fails: each gives its result all the same. */
async function amongOthers(pool: Pool, fatal: () => Promise<unknown>): Promise<unknown> {
  const before = Array.from({ length: 20 }, (_, index) => pool.apply(tasks.sleepFor, [index % 3, index]));
  const error = failed(fatal());
  const after = Array.from({ length: 20 }, (_, index) => pool.apply(tasks.square, [index]));
  expect(await Promise.all(before)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(await Promise.all(after)).toEqual(Array.from({ length: 20 }, (_, index) => index * index));
  return await error;
}

async function endsWell(pool: Pool): Promise<void> {
  expect(await pool.map(tasks.square, [1, 2, 3])).toEqual([1, 4, 9]);
  pool.close();
  await pool.join();
  expect(pool.metrics().workers).toEqual([]);
}

export function poolDeathCases(): void {
  describe.each(WAYS)('a worker that ends by %s', (how, end) => {
    const died = { code: 'ERR_WORKER_DIED', ...end };

    it('while a task runs (test_crash_during_func_exec_on_worker, test_exit_during_…)', async () => {
      const pool = new Pool(options());
      const error = await amongOthers(pool, () => pool.apply(tasks.die, [how]));
      expect(error).toMatchObject({ ...died, task: 'die' });
      await endsWell(pool);
    });

    it('while the module of a task is imported', async () => {
      const pool = new Pool(options());
      const target = new URL(
        `../programs/dies-at-import.mjs?how=${encodeURIComponent(how)}#task`,
        import.meta.url,
      );
      expect(await amongOthers(pool, () => pool.apply(target, []))).toMatchObject({ ...died, task: 'task' });
      await endsWell(pool);
    });

    it('while a task is read (test_crash_at_task_unpickle, test_exit_at_…)', async () => {
      const pool = new Pool(options());
      const grenade = new tasks.Grenade('unpack', how);
      const error = await amongOthers(pool, () => pool.apply(tasks.echo, [grenade]));
      expect(error).toMatchObject({ ...died, task: 'echo' });
      await endsWell(pool);
    });

    it('while a task is answered (test_crash_during_result_pickle_on_worker, test_exit_during_…)', async () => {
      const pool = new Pool(options());
      const error = await amongOthers(pool, () => pool.apply(tasks.throwGrenade, ['pack', how]));
      expect(error).toMatchObject({ ...died, task: 'throwGrenade' });
      await endsWell(pool);
    });

    it('in its bootstrap: three in a row break the pool, with the reason', async () => {
      const pool = new Pool(options({ initializer: tasks.die, initializerArgs: [how] }));
      const results = [pool.apply(tasks.square, [2]), pool.apply(tasks.square, [3])];
      for (const result of results) {
        expect(await failed(result)).toMatchObject({
          code: 'ERR_POOL_BROKEN',
          message: expect.stringMatching(/ended before they were ready.*(exit code 7|SIG)/) as string,
        });
      }
      expect(await failed(pool.apply(tasks.square, [2]))).toMatchObject({ code: 'ERR_POOL_BROKEN' });
      await pool.join();
      expect(pool.metrics().workers).toEqual([]);
    });

    it('while a map runs: the map fails, its other chunks end with it, and the pool goes on', async () => {
      const pool = new Pool(options());
      const ways = [...Array.from({ length: 5 }, () => 'none'), how];
      expect(await failed(pool.map(tasks.dieUnlessNone, ways, { chunkSize: 1 }))).toMatchObject(died);
      await endsWell(pool);
    });

    it('while the pool drains', async () => {
      const pool = new Pool(options());
      const results = [
        pool.apply(tasks.sleepFor, [50, 'slept']),
        pool.apply(tasks.die, [how]),
        ...Array.from({ length: 10 }, (_, index) => pool.apply(tasks.square, [index])),
      ];
      pool.close();
      const settled = await Promise.allSettled(results);
      expect(settled.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        ...Array(10).fill('fulfilled'),
      ]);
      expect(settled[1]).toMatchObject({ reason: died });
      await pool.join();
      expect(pool.metrics().workers).toEqual([]);
    });
  });

  describe('a worker that is killed from outside', () => {
    it('while idle: nobody notices but the metrics', async () => {
      const pool = new Pool({ processes: 1 });
      const first = await pool.apply(tasks.pid);
      process.kill(first, 'SIGKILL');
      await waitFor('the pool to see the death', () => pool.metrics().died === 1);
      expect(await pool.apply(tasks.pid)).not.toBe(first);
      await endsWell(pool);
    });

    it('while idle, with a task on its way to it: the task runs elsewhere', async () => {
      const pool = new Pool({ processes: 1 });
      for (let round = 0; round < 20; round++) {
        const worker = await pool.apply(tasks.pid);
        process.kill(worker, 'SIGKILL');
        // Sent in the same turn: the link still looks whole.
        expect(await pool.apply(tasks.pid)).not.toBe(worker);
      }
      expect(pool.metrics()).toMatchObject({ failed: 0, died: 20 });
      await endsWell(pool);
    });

    it('while it starts: another takes its place', async () => {
      const pool = new Pool({ processes: 1 });
      const result = pool.apply(tasks.square, [3]);
      const pid = await waitFor('a worker to be started', () => pool.metrics().workers[0]?.pid);
      process.kill(pid, 'SIGKILL');
      expect(await result).toBe(9);
      expect(pool.metrics().died).toBe(1);
      await endsWell(pool);
    });

    it('with its part of a broadcast to come: its successor does that', async () => {
      const pool = new Pool(options());
      const pids = await pool.broadcast(tasks.pid);
      const busy = failed(pool.apply(tasks.waitForEver));
      await waitFor('the task to run', () => pool.metrics().running === 1);
      const victim = pool.metrics().workers.find(({ task }) => task === 'waitForEver')?.pid as number;
      const later = pool.broadcast(tasks.pid);
      process.kill(victim, 'SIGKILL');
      expect(await busy).toMatchObject({ code: 'ERR_WORKER_DIED', pid: victim });
      const reached = new Set(await later);
      expect(reached.size).toBe(2);
      expect(pids).toContain(victim);
      expect(reached).not.toContain(victim);
      await endsWell(pool);
    });

    it('while a hundred megabytes are on their way to it (test_crash_big_data)', async () => {
      const pool = new Pool({ processes: 1 });
      const worker = await pool.apply(tasks.pid);
      const big = pool.apply(tasks.echo, [Buffer.alloc(100e6)]);
      const small = pool.apply(tasks.square, [3]);
      process.kill(worker, 'SIGKILL');
      expect((await big).byteLength).toBe(100e6);
      expect(await small).toBe(9);
      await endsWell(pool);
    });

    it('by what a task has left behind: the cause tells', async () => {
      const pool = new Pool(options());
      const error = await amongOthers(pool, () => pool.apply(tasks.die, ['uncaught']));
      expect(error).toMatchObject({ code: 'ERR_WORKER_DIED', exitCode: 1, cause: { code: 'ERR_PAINT' } });
      expect((error as Error).cause).toBeInstanceOf(tasks.PaintError);
      await endsWell(pool);
    });
  });

  describe('errors, not deaths, in the same places', () => {
    it.each([
      ['read', () => [tasks.echo, [new tasks.Grenade('unpack', 'throw')]] as const],
      ['read by the pool', () => [tasks.throwGrenade, ['unpack', 'throw']] as const],
      [
        'imported',
        () => [new URL('../programs/dies-at-import.mjs?how=throw#task', import.meta.url), []] as const,
      ],
    ])('while it is %s: the task alone fails, and no worker is lost', async (_where, task) => {
      const pool = new Pool({ processes: 2 });
      const [target, args] = task();
      const error = await amongOthers(pool, () => pool.apply(target as never, args));
      expect(error).toBeInstanceOf(RangeError);
      expect(pool.metrics().died).toBe(0);
      await endsWell(pool);
    });

    it('while it is answered: the error names the result, and has the cause', async () => {
      const pool = new Pool({ processes: 2 });
      const error = await amongOthers(pool, () => pool.apply(tasks.throwGrenade, ['pack', 'throw']));
      expect(error).toMatchObject({
        code: 'ERR_NOT_CLONEABLE',
        path: 'result',
        cause: { code: 'ERR_PAINT' },
      });
      expect(pool.metrics().died).toBe(0);
      await endsWell(pool);
    });

    it('a hundred arguments that can not be sent fail one by one (test_queue_full_deadlock)', async () => {
      const pool = new Pool({ processes: 1 });
      const errors = await Promise.all(
        Array.from({ length: 100 }, () =>
          failed(pool.apply(tasks.echo as never, [{ a: [() => 0] }] as never)),
        ),
      );
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'ERR_NOT_CLONEABLE', path: 'args[0].a[0]' });
      }
      await endsWell(pool);
    });

    it('twenty results that can not be sent: the workers survive (test_unpickleable_result)', async () => {
      const pool = new Pool({ processes: 2 });
      const errors = await Promise.all(
        Array.from({ length: 20 }, () => failed(pool.apply(tasks.unsendable))),
      );
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'ERR_NOT_CLONEABLE', path: 'result.deep[1].inner' });
      }
      expect(pool.metrics().died).toBe(0);
      await endsWell(pool);
    });
  });

  describe('onWorkerDeath', () => {
    it("'retry' runs the task again, and gives up on one that kills every worker", async () => {
      const pool = new Pool(options({ onWorkerDeath: 'retry', retries: 2 }));
      const error = await amongOthers(pool, () => pool.apply(tasks.die, ['SIGKILL']));
      expect(error).toMatchObject({
        code: 'ERR_WORKER_DIED',
        message: expect.stringContaining('attempt 3') as string,
      });
      expect(pool.metrics()).toMatchObject({ retried: 2, died: 3 });
      await endsWell(pool);
    });

    it("'retry' gives the result of the attempt that works", async () => {
      const file = join(temporaryFolder(), 'pid');
      const pool = new Pool({ processes: 1, onWorkerDeath: 'retry' });
      const result = pool.apply(tasks.killOnce, [file]);
      expect(await result).toBe('second attempt');
      expect(existsSync(file)).toBe(true);
      await endsWell(pool);
    });

    it("'break' ends the pool: the task, all others and all later ones fail (test_killed_child)", async () => {
      const pool = new Pool(options({ onWorkerDeath: 'break' }));
      const others = [pool.apply(tasks.waitForEver), pool.apply(tasks.waitForEver)];
      await waitFor('both to run', () => pool.metrics().running === 2);
      const queued = pool.apply(tasks.square, [2]);
      const [first] = pool.metrics().workers;
      process.kill(first?.pid as number, 'SIGKILL');
      const errors = await Promise.all([...others, queued].map(failed));
      const codes = errors.map((error) => (error as { code: string }).code).toSorted();
      expect(codes).toEqual(['ERR_POOL_BROKEN', 'ERR_POOL_BROKEN', 'ERR_WORKER_DIED']);
      expect(await failed(pool.apply(tasks.square, [2]))).toMatchObject({ code: 'ERR_POOL_BROKEN' });
      await pool.join();
    });
  });

  describe('a pool whose workers can not start', () => {
    it('breaks with what the initializer threw', async () => {
      const pool = new Pool({ processes: 2, initializer: tasks.failInitializer });
      const error = await failed(pool.apply(tasks.square, [2]));
      expect(error).toMatchObject({ code: 'ERR_POOL_BROKEN', cause: { code: 'ERR_PAINT', colour: 'green' } });
      expect((error as Error).cause).toBeInstanceOf(tasks.PaintError);
      await pool.join();
    });

    it('breaks when Node does not start', async () => {
      const pool = new Pool({ processes: 2, execArgv: ['--no-such-option'], stdio: 'ignore' });
      expect(await failed(pool.apply(tasks.square, [2]))).toMatchObject({
        code: 'ERR_POOL_BROKEN',
        message: expect.stringContaining('exit code 9') as string,
      });
      await pool.join();
    });

    it('breaks when there is no such program', async () => {
      const pool = new Pool({ processes: 2, execPath: '/no/such/node', stdio: 'ignore' });
      expect(await failed(pool.apply(tasks.square, [2]))).toMatchObject({
        code: 'ERR_POOL_BROKEN',
        cause: { code: 'ERR_PROCESS_START' },
      });
      await pool.join();
    });
  });

  it('workers that kill each other hurt only what they ran (test_crash_races)', async () => {
    const pool = new Pool({ processes: 5 });
    const cancelled = new AbortController();
    const held = Array.from({ length: 5 }, () => pool.apply(tasks.waitForAbort, [], cancelled));
    await waitFor('all five to run', () => pool.metrics().running === 5);
    const pids = pool.metrics().workers.map(({ pid }) => pid as number);
    cancelled.abort();
    await Promise.allSettled(held);
    const settled = await Promise.allSettled(
      pids.map((_, index) => pool.apply(tasks.killOther, [pids[(index + 1) % pids.length] as number])),
    );
    const endings = settled.map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as { code: string }).code,
    );
    for (const ending of endings) expect(['survived', 'ERR_WORKER_DIED']).toContain(ending);
    await endsWell(pool);
  });

  it('a pid file shows that the task was where it was killed', async () => {
    const file = join(temporaryFolder(), 'pid');
    const pool = new Pool({ processes: 1 });
    const result = failed(pool.apply(tasks.announce, [file]));
    const pid = Number(
      await waitFor('the task to run', () => existsSync(file) && readFileSync(file, 'utf8')),
    );
    process.kill(pid, 'SIGKILL');
    expect(await result).toMatchObject({ code: 'ERR_WORKER_DIED', pid, signal: 'SIGKILL', task: 'announce' });
    await endsWell(pool);
  });
}
