/**
 * CPython's _TestPool, _TestPoolWorkerErrors, _TestPoolWorkerLifetime, TestPoolNotLeakOnFailure, TestInitializers and
 * TestStdinBadfiledescriptor (Lib/test/_test_multiprocessing.py), and test_concurrent_futures' executor suites, for
 * every start method. Each case names the one it follows.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram, temporaryFolder, waitFor } from '@tooling/testkit';
import {
  activeChildren,
  Pool,
  type PoolOptions,
  Process,
  processState,
  startMethods,
  stopForkServer,
} from 'core-process';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import * as tasks from '../programs/pool-tasks.mjs';

const range = (length: number) => Array.from({ length }, (_, index) => index);
const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));

afterAll(stopForkServer);

describe.each(startMethods())('start method %s', (startMethod) => {
  /** A pool that ends with its test. */
  function makePool(options: PoolOptions = {}): Pool {
    const pool = new Pool({ processes: 4, startMethod, ...options });
    onTestFinished(async () => {
      pool.terminate();
      await pool.join();
    });
    return pool;
  }

  describe('_TestPool', () => {
    it('test_apply: arguments reach the function, its result comes back', async () => {
      const pool = makePool();
      expect(await pool.apply(tasks.square, [5])).toBe(25);
      expect(await pool.apply(tasks.add, [2, 3])).toBe(5);
      expect(await pool.apply(tasks.isMain)).toBe(false);
    });

    it('test_map: in order, whatever the chunks', async () => {
      const pool = makePool();
      expect(await pool.map(tasks.square, range(10))).toEqual(range(10).map((n) => n * n));
      expect(await pool.map(tasks.square, range(100), { chunkSize: 20 })).toEqual(
        range(100).map((n) => n * n),
      );
    });

    it('test_starmap: each item is a list of arguments', async () => {
      const pool = makePool();
      const pairs = range(100).map((n): [number, number] => [n, 1]);
      expect(await pool.starmap(tasks.add, pairs)).toEqual(range(100).map((n) => n + 1));
    });

    it('test_map_unplicklable: an item that can not be sent fails the map, with its path', async () => {
      const pool = makePool();
      const items = [1, 2, { f: () => 0 }];
      await expect(pool.map(tasks.echo as never, items, { chunkSize: 2 })).rejects.toMatchObject({
        code: 'ERR_NOT_CLONEABLE',
        path: 'items.slice(2)[0].f',
      });
      expect(await pool.map(tasks.square, [1])).toEqual([1]);
    });

    it('test_map_chunksize, test_empty_iterable: nothing gives nothing', async () => {
      const pool = makePool();
      expect(await pool.map(tasks.square, [], { chunkSize: 1 })).toEqual([]);
      expect(await pool.starmap(tasks.add, [])).toEqual([]);
      expect(await collect(pool.imap(tasks.square, []))).toEqual([]);
      expect(await collect(pool.imapUnordered(tasks.square, []))).toEqual([]);
    });

    it('test_map_handle_iterable_exception: what reading the input throws reaches the caller', async () => {
      const pool = makePool();
      function* saysNo(after: number): Generator<number> {
        yield* range(after);
        throw new RangeError('somewhere in the input');
      }
      for (const after of [0, 1, 30]) {
        await expect(pool.map(tasks.square, saysNo(after))).rejects.toThrow('somewhere in the input');
      }
      expect(await pool.map(tasks.square, [1, 2])).toEqual([1, 4]);
    });

    it('test_async_timeout: the task is told, its worker killed, and the pool goes on', async () => {
      const pool = makePool({ gracePeriod: 100 });
      const timeout = { timeout: 50 };
      await expect(pool.apply(tasks.waitForEver, [], timeout)).rejects.toMatchObject({
        code: 'ERR_TIMEOUT',
        timeout: 50,
      });
      await expect(pool.apply(tasks.spinForEver, [], timeout)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
      await expect(pool.apply(tasks.waitForAbort, [], timeout)).rejects.toMatchObject({
        code: 'ERR_TIMEOUT',
      });
      expect(await pool.apply(tasks.square, [3])).toBe(9);
    });

    it('the clock of a task starts when it runs, not when it is queued', async () => {
      const pool = makePool({ processes: 1 });
      const before = pool.apply(tasks.spinFor, [600]);
      expect(await pool.apply(tasks.sleepFor, [1, 'in time'], { timeout: 500 })).toBe('in time');
      await before;
    });

    it('test_imap: one by one, in order; with chunks too', async () => {
      const pool = makePool();
      expect(await collect(pool.imap(tasks.square, range(10)))).toEqual(range(10).map((n) => n * n));
      const chunked = pool.imap(tasks.square, range(1000), { chunkSize: 100 });
      expect(await collect(chunked)).toEqual(range(1000).map((n) => n * n));
    });

    it.each([1, 2, 4])(
      'test_imap_handle_iterable_exception: results up to the failure, then it (chunks of %i)',
      async (chunkSize) => {
        const pool = makePool();
        for (const input of [range(20), badInput(3)]) {
          const results: number[] = [];
          const reading = (async () => {
            const fn = Array.isArray(input) ? tasks.failFrom3 : tasks.echo;
            for await (const value of pool.imap(fn, input, { chunkSize })) results.push(value);
          })();
          await expect(reading).rejects.toThrow(RangeError);
          expect(results).toEqual([0, 1, 2]);
        }
      },
    );

    it('test_imap_unordered: every result once, and quick ones first', async () => {
      const pool = makePool({ processes: 2 });
      await pool.map(tasks.square, range(8));
      const results = await collect(pool.imapUnordered(tasks.sleepOrNot, [500, 0, 0, 0]));
      expect(results).toEqual([0, 0, 0, 500]);
    });

    it('imap reads its input only as far as it has to, and leaving the loop closes it', async () => {
      const pool = makePool({ processes: 1, maxQueued: 8 });
      let read = 0;
      let isClosed = false;
      function* endless(): Generator<number> {
        try {
          for (;;) yield read++;
        } finally {
          isClosed = true;
        }
      }
      for await (const value of pool.imap(tasks.square, endless())) {
        expect(read).toBeLessThanOrEqual(Math.sqrt(value) + 1 + 8);
        if (value === 100 * 100) break;
      }
      expect(isClosed).toBe(true);
      await waitFor('the rest to be cancelled', () => pool.metrics().running + pool.metrics().queued === 0);
    });

    it('imap takes an asynchronous iterable, and does not wait for its end', async () => {
      const pool = makePool();
      async function* slowly() {
        yield 1;
        yield 2;
        await new Promise(() => undefined);
      }
      const iterator = pool.imap(tasks.square, slowly());
      expect([(await iterator.next()).value, (await iterator.next()).value]).toEqual([1, 4]);
      await iterator.return();
    });

    it('test_make_pool: so many workers as were asked for, and no nonsense', async () => {
      for (const processes of [0, -1, 1.5, '3', Number.NaN]) {
        expect(() => new Pool({ processes: processes as number })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_OPTION', option: 'processes' }),
        );
      }
      const pool = makePool({ processes: 3 });
      expect(pool.metrics().workers).toEqual([]);
      const held = range(5).map(() => pool.apply(tasks.sleepFor, [100, 0]));
      await waitFor('three to run', () => pool.metrics().running === 3);
      await Promise.all(held);
      expect(pool.metrics().workers).toHaveLength(3);
    });

    it('test_terminate: ten thousand queued tasks end at once, each with an error', async () => {
      const pool = makePool();
      const results = range(10_000).map(() => pool.apply(tasks.sleepFor, [10_000, 0]));
      await waitFor('some to run', () => pool.metrics().running > 0);
      const settled = Promise.allSettled(results);
      pool.terminate();
      await pool.join();
      for (const result of await settled) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_POOL_TERMINATED' } });
      }
      await expect(pool.apply(tasks.square, [1])).rejects.toMatchObject({ code: 'ERR_POOL_TERMINATED' });
    });

    it('test_context, test_run_after_shutdown: after its block a pool has drained and takes nothing', async () => {
      let late: Pool;
      let result: Promise<unknown>;
      {
        await using pool = makePool();
        late = pool;
        result = pool.apply(tasks.sleepFor, [100, 'drained']);
      }
      expect(await result).toBe('drained');
      expect(late.metrics().workers).toEqual([]);
      await expect(late.map(tasks.square, [1])).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' });
      await expect(late.submit(tasks.square, [1])).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' });
    });

    it('join() of an open pool is refused', async () => {
      await expect(makePool().join()).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' });
    });

    it('test_traceback: class, fields, cause and remote stack of an error', async () => {
      const error = await makePool()
        .apply(tasks.paint, ['blue'])
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(tasks.PaintError);
      expect(error).toMatchObject({ message: 'no blue left', colour: 'blue', code: 'ERR_PAINT' });
      expect((error as Error).cause).toBeInstanceOf(TypeError);
      expect((error as Error).stack).toMatch(/at paint .*pool-tasks\.mjs/);
    });

    it('test_swallows_falsey_exceptions: anything can be thrown', async () => {
      const pool = makePool();
      for (const [index, value] of [0, undefined, null, ''].entries()) {
        const caught = await pool.apply(tasks.throwFalsy, [index]).then(
          () => 'nothing was thrown',
          (thrown: unknown) => ({ thrown }),
        );
        expect(caught).toEqual({ thrown: value });
      }
    });

    it('test_map_no_failfast: two failures with large messages do not block the end', async () => {
      const pool = makePool();
      const inputs = [Buffer.alloc(1 << 20), Buffer.alloc(1 << 20)];
      await expect(pool.map(tasks.throwIt as never, inputs, { chunkSize: 1 })).rejects.toBeDefined();
      pool.close();
      await pool.join();
    });

    it('test_release_task_refs: arguments and results are not kept', async () => {
      const { stdout } = await runProgram(['--expose-gc', program('pool-references.mjs')]);
      expect(JSON.parse(stdout)).toEqual({ argument: 'gone', result: 'gone' });
    });
  });

  describe('_TestPoolWorkerLifetime', () => {
    it('test_pool_worker_lifetime: workers are replaced after their tasks', async () => {
      const pool = makePool({ processes: 3, maxTasksPerChild: 10 });
      const pids = await Promise.all(range(100).map(() => pool.apply(tasks.pid)));
      const counts = new Map<number, number>();
      for (const pid of pids) counts.set(pid, (counts.get(pid) ?? 0) + 1);
      expect(Math.max(...counts.values())).toBeLessThanOrEqual(10);
      expect(counts.size).toBeGreaterThanOrEqual(10);
      for (const pid of counts.keys())
        await waitFor(`${pid} to be gone or at work`, () => isGoneOrCurrent(pool, pid));
      expect(pool.metrics()).toMatchObject({ died: 0, completed: 100 });
    });

    it('test_pool_worker_lifetime_early_close: closed before the tasks are done', async () => {
      const pool = makePool({ processes: 3, maxTasksPerChild: 1 });
      const results = range(6).map((index) => pool.apply(tasks.sleepFor, [100, index]));
      pool.close();
      await pool.join();
      expect(await Promise.all(results)).toEqual(range(6));
    });

    it('test_pool_maxtasksperchild_invalid', () => {
      for (const maxTasksPerChild of [0, -1, 0.5, '12']) {
        expect(() => new Pool({ maxTasksPerChild: maxTasksPerChild as number })).toThrow(
          expect.objectContaining({ option: 'maxTasksPerChild' }),
        );
      }
    });

    it('test_worker_finalization_via_atexit_handler: a program may end with a pool open', async () => {
      const { exitCode, stdout, stderr } = await runProgram([program('pool-left-open.mjs')]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const pids = stdout.trim().split(',').map(Number);
      expect(pids).toHaveLength(2);
      // A zombie until init gets round to it.
      for (const pid of pids) expect([undefined, 'Z']).toContain(processState(pid));
    });

    it('test_memory_leak_protection: a worker that has grown is replaced', async () => {
      const pool = makePool({ processes: 1, maxMemoryPerChild: 200e6 });
      const first = await pool.apply(tasks.grow, [1]);
      expect((await pool.apply(tasks.grow, [250e6])).pid).toBe(first.pid);
      expect((await pool.apply(tasks.grow, [1])).pid).not.toBe(first.pid);
      expect(pool.metrics().died).toBe(0);
    });

    it('test_idle_process_reuse, test_worker_timeout: an idle worker is used again, and ends after a while', async () => {
      const pool = makePool({ idleTimeout: 300 });
      const first = await pool.apply(tasks.pid);
      expect(await pool.apply(tasks.pid)).toBe(first);
      expect(pool.metrics().workers).toHaveLength(1);
      await waitFor('the idle worker to end', () => pool.metrics().workers.length === 0);
      expect(await pool.apply(tasks.pid)).not.toBe(first);
      expect(pool.metrics().died).toBe(0);
    });
  });

  describe('TestInitializers, TestPoolNotLeakOnFailure', () => {
    it('test_pool_initializer: runs in every worker, with its arguments', async () => {
      const pool = makePool({ processes: 2, initializer: tasks.initialize, initializerArgs: [{ n: 1 }] });
      const seen = await Promise.all(range(10).map(() => pool.apply(tasks.initializedWith)));
      expect(seen).toEqual(range(10).map(() => ({ n: 1 })));
    });

    it('a function that is not exported is refused at once', async () => {
      expect(() => new Pool({ initializer: () => undefined })).toThrow(
        expect.objectContaining({ code: 'ERR_TARGET_NOT_EXPORTED' }),
      );
      await expect(makePool().apply(() => 1)).rejects.toMatchObject({ code: 'ERR_TARGET_NOT_EXPORTED' });
    });

    it('test_release_unused_processes: a pool that can not start leaves no process', async () => {
      const before = activeChildren().length;
      const pool = makePool({ initializer: tasks.failInitializer });
      await expect(pool.map(tasks.square, range(8), { chunkSize: 1 })).rejects.toMatchObject({
        code: 'ERR_POOL_BROKEN',
      });
      await pool.join();
      expect(activeChildren()).toHaveLength(before);
    });
  });

  describe('concurrent.futures', () => {
    it('test_saturation: never more workers than were asked for', async () => {
      const pool = makePool({ processes: 3 });
      const pids = await Promise.all(range(45).map(() => pool.apply(tasks.pid)));
      expect(new Set(pids).size).toBeLessThanOrEqual(3);
    });

    it('test_cancel_futures: a queued task never runs', async () => {
      const pool = makePool({ processes: 1 });
      const file = join(temporaryFolder(), 'ran');
      const running = pool.apply(tasks.sleepFor, [200, 'ran']);
      const queued = await pool.submit(tasks.announce, [file]);
      queued.cancel();
      await expect(queued.result).rejects.toMatchObject({ name: 'AbortError' });
      expect(await running).toBe('ran');
      expect(await pool.apply(tasks.square, [2])).toBe(4);
      expect(existsSync(file)).toBe(false);
    });

    it('a signal cancels a running task: its own signal first', async () => {
      const pool = makePool({ processes: 1 });
      const controller = new AbortController();
      const result = pool.apply(tasks.waitForAbort, [], { signal: controller.signal });
      const worker = await waitFor(
        'it to run',
        () => pool.metrics().running === 1 && pool.metrics().workers[0]?.pid,
      );
      controller.abort(new Error('not needed any more'));
      await expect(result).rejects.toThrow('not needed any more');
      // It ended by itself: the worker was not killed.
      expect(await pool.apply(tasks.pid)).toBe(worker);
    });

    it('a task that does not heed its signal is killed, and those behind it run', async () => {
      const pool = makePool({ processes: 1, gracePeriod: 50 });
      const controller = new AbortController();
      const result = pool.apply(tasks.spinForEver, [], { signal: controller.signal });
      const behind = pool.apply(tasks.square, [4]);
      await waitFor('it to run', () => pool.metrics().running === 1);
      controller.abort();
      await expect(result).rejects.toMatchObject({ name: 'AbortError' });
      expect(await behind).toBe(16);
    });

    it('test_submit: waits for room in the queue', async () => {
      const pool = makePool({ processes: 1, maxQueued: 2 });
      const order: string[] = [];
      const gate = new AbortController();
      const held = pool
        .apply(tasks.waitForAbort, [], { signal: gate.signal })
        .catch(() => order.push('released'));
      await waitFor('it to run', () => pool.metrics().running === 1);
      await pool.submit(tasks.square, [1]);
      await pool.submit(tasks.square, [2]);
      const third = pool.submit(tasks.square, [3]).then((task) => {
        order.push('third taken');
        return task;
      });
      gate.abort();
      await held;
      expect(await (await third).result).toBe(9);
      expect(order).toEqual(['released', 'third taken']);
    });

    it('a broadcast runs once in each worker, behind what it does', async () => {
      const pool = makePool({ processes: 3 });
      const busy = pool.apply(tasks.sleepFor, [50, 'slept']);
      const pids = await pool.broadcast(tasks.pid);
      expect(new Set(pids).size).toBe(3);
      expect(await busy).toBe('slept');
      expect(new Set(await pool.broadcast(tasks.pid))).toEqual(new Set(pids));
      await expect(pool.broadcast(tasks.echo, [() => 0])).rejects.toMatchObject({
        code: 'ERR_NOT_CLONEABLE',
      });
      await expect(pool.broadcast(tasks.paint, ['red'])).rejects.toThrow(tasks.PaintError);
    });

    it('higher priority runs earlier, and one priority in its order', async () => {
      const pool = makePool({ processes: 1 });
      const order: number[] = [];
      const gate = pool.apply(tasks.sleepFor, [100, 0]);
      await waitFor('it to run', () => pool.metrics().running === 1);
      const results = [0, 5, -1, 5, 0].map((priority, index) =>
        pool.apply(tasks.echo, [index], { priority }).then((value) => order.push(value as number)),
      );
      await Promise.all([gate, ...results]);
      expect(order).toEqual([1, 3, 0, 4, 2]);
    });

    it('progress reaches the caller in its order, before the result', async () => {
      const seen: unknown[] = [];
      const result = await makePool().apply(tasks.reportTwice, [], {
        onProgress: (value) => seen.push(value),
      });
      expect([...seen, result]).toEqual([{ done: 1 }, { done: 2 }, 'end']);
    });

    it('a generator streams, runs little ahead, and is closed when nobody reads', async () => {
      const pool = makePool({ processes: 1 });
      expect(await collect(pool.stream(tasks.countTo, [100]))).toEqual(range(100));
      const file = join(temporaryFolder(), 'closed');
      for await (const value of pool.stream(tasks.countTo, [Infinity, file])) if (value === 50) break;
      await waitFor('its finally block', () => existsSync(file));
      expect(await pool.apply(tasks.square, [2])).toBe(4);
    });

    it('test_pool_in_process: a pool in a child', async () => {
      const child = new Process({ target: tasks.poolInside, args: [[1, 2, 3]], startMethod }).start();
      expect(await child.result).toEqual([1, 4, 9]);
      await child.join();
    });

    it('test_no_deadlock_on_nested_reusable_exector: a pool in a worker of a pool', async () => {
      expect(await makePool({ processes: 1 }).apply(tasks.poolInside, [[1, 2, 3]])).toEqual([1, 4, 9]);
    });

    it('test_child_env_executor: environment of the workers', async () => {
      const pool = makePool({ env: { CORE_PROCESS_TEST: 'set' } });
      expect(await pool.apply(tasks.environment, ['CORE_PROCESS_TEST'])).toBe('set');
    });

    it('test_sigkill_shutdown_leaks_workers: no worker outlives a killed parent', async () => {
      const { signal, stdout } = await runProgram([program('pool-then-sigkill.mjs')]);
      expect(signal).toBe('SIGKILL');
      const pids = stdout.trim().split(',').map(Number);
      expect(pids.length).toBeGreaterThan(0);
      for (const pid of pids) {
        await waitFor(`worker ${pid} to end`, () => [undefined, 'Z'].includes(processState(pid)));
      }
    });

    it('test_noforkbomb: a module without a guard fails the task, not the machine', async () => {
      const target = new URL('../programs/pool-no-guard.mjs#task', import.meta.url);
      await expect(makePool().apply(target, [])).rejects.toMatchObject({
        code: 'ERR_STARTED_WHILE_IMPORTING',
      });
    });
  });

  it('all values of the structured-clone algorithm travel, plain ones by the fast path too', async () => {
    const pool = makePool();
    const shared = { x: 1 };
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const values = [
      undefined,
      null,
      -0,
      Number.NaN,
      Infinity,
      10n ** 30n,
      '',
      'ünï\u{1f600}',
      '\ud800',
      [1, [2, [3]]],
      // oxlint-disable-next-line no-sparse-arrays
      [1, , 3],
      { a: undefined, b: [undefined] },
      new Date(3),
      /x/gi,
      new Map([['a', new Set([1])]]),
      new Uint8Array([1, 2]),
      new RangeError('an error'),
      { toJSON: 'a field' },
      [shared, shared],
      cycle,
      Object.assign([1], { extra: 2 }),
      { __proto__: null, a: 1 },
    ];
    const back = await Promise.all(values.map((value) => pool.apply(tasks.echo, [value])));
    expect(back).toEqual(values.map((value) => structuredClone(value)));
    const [one, other] = (await pool.apply(tasks.echo, [[shared, shared]])) as object[];
    expect(one).toBe(other);
    expect(Object.is(await pool.apply(tasks.echo, [-0]), -0)).toBe(true);
  });
});

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

function* badInput(after: number): Generator<number> {
  yield* range(after);
  throw new RangeError('in the input');
}

function isGoneOrCurrent(pool: Pool, pid: number): boolean {
  return processState(pid) === undefined || pool.metrics().workers.some((worker) => worker.pid === pid);
}

it('an endless imap keeps memory flat, here and in its worker', async () => {
  const { stdout } = await runProgram(['--expose-gc', program('pool-endless.mjs'), '4000', '24000']);
  const { pool, worker } = JSON.parse(stdout) as { pool: number; worker: number };
  // Forty bytes an item would be 800 KB.
  expect(pool).toBeLessThan(800_000);
  expect(worker).toBeLessThan(800_000);
});
