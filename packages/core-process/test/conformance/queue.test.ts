/**
 * CPython's _TestQueue and TestSimpleQueue (Lib/test/_test_multiprocessing.py), for every start method, and what must be
 * true beyond them. Each case names the one it follows.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, waitFor } from '@tooling/testkit';
import { JoinableQueue, Pipe, Pool, Process, Queue, startMethods, stopForkServer } from 'core-process';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import * as syncTasks from '../programs/queue-sync-tasks.mjs';
import * as tasks from '../programs/queue-tasks.mjs';

const range = (length: number) => Array.from({ length }, (_, index) => index);

function closing<Q extends Queue>(queue: Q): Q {
  onTestFinished(() => queue.close());
  return queue;
}
const makeQueue = <T = unknown>(maxSize?: number) => closing(new Queue<T>(maxSize) as Queue) as Queue<T>;

afterAll(stopForkServer);

describe.each(startMethods())('start method %s', (startMethod) => {
  function start(target: (...args: never[]) => unknown, args: unknown[], env = {}): Process<never[]> {
    const child = new Process({ target, args: args as never, stdio: 'pipe', startMethod, env }).start();
    onTestFinished(async () => {
      child.kill();
      await child.join();
    });
    return child;
  }

  describe('_TestQueue', () => {
    it('test_put: a full queue refuses, at once or after the time-out, and takes again when drained', async () => {
      const queue = makeQueue<number>(6);
      for (const item of range(6)) await queue.put(item);
      expect(await queue.size()).toBe(6);
      await expect(queue.put(6, { timeout: 0 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
      await expect(queue.put(6, { timeout: 20 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT', timeout: 20 });
      const child = start(tasks.getCount, [queue, 6]);
      await queue.put(6);
      expect(await child.result).toEqual(range(6));
      expect(await queue.get()).toBe(6);
      expect(await queue.size()).toBe(0);
    });

    it('test_put from a child: the maker has the last word on a full queue', async () => {
      const queue = makeQueue<string>(1);
      await queue.put('first');
      expect(await start(tasks.putWithTimeout, [queue, 'second', 20]).result).toBe('ERR_TIMEOUT');
      const late = start(tasks.putWithTimeout, [queue, 'third', 60_000]);
      expect(await queue.get()).toBe('first');
      expect(await late.result).toBe('put');
      expect(await queue.get()).toBe('third');
    });

    it('test_get: first in, first out, across processes', async () => {
      const queue = makeQueue<number>();
      start(tasks.putAll, [queue, range(1000)]);
      expect(await tasks.getCount(queue, 1000)).toEqual(range(1000));
      await expect(queue.get({ timeout: 0 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
      await expect(queue.get({ timeout: 20 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
      expect(await queue.tryGet()).toBeUndefined();
      expect(await start(tasks.codes, [queue]).result).toEqual([
        'ERR_TIMEOUT',
        'ERR_TIMEOUT',
        'ERR_NOT_CLONEABLE',
        'no error',
      ]);
    });

    it('a signal ends a wait, and takes no item', async () => {
      const queue = makeQueue<string>();
      const controller = new AbortController();
      const waiting = queue.get({ signal: controller.signal });
      controller.abort(new Error('not needed'));
      await expect(waiting).rejects.toThrow('not needed');
      await queue.put('still there');
      expect(await queue.get()).toBe('still there');
    });

    it('test_fork: what was put before the start is there once', async () => {
      const queue = makeQueue<number>();
      for (const item of range(10)) await queue.put(item);
      const child = start(tasks.putAll, [queue, range(20).slice(10)]);
      await child.join();
      expect(await tasks.getCount(queue, 20)).toEqual(range(20));
      expect(await queue.size()).toBe(0);
    });

    it('test_qsize', async () => {
      const queue = makeQueue<string>();
      const seen = [await queue.size()];
      await queue.put('a');
      seen.push(await queue.size());
      await queue.put('b');
      seen.push(await queue.size());
      await queue.get();
      seen.push(await queue.size());
      expect(seen).toEqual([0, 1, 2, 1]);
      expect(await start(tasks.sizes, [queue]).result).toEqual([1, 'b', undefined, 0]);
    });

    it('answers as many as ask at once', async () => {
      const queue = makeQueue();
      expect(await start(tasks.askForSize, [queue, 20_000]).result).toBe(20_000);
    });

    it('test_task_done: join() returns when all was dealt with', async () => {
      const queue = closing(new JoinableQueue<number>());
      const done = makeQueue<[number, number]>();
      const workers = range(4).map(() => start(tasks.work, [queue, done]));
      await tasks.getCount(done, 4);
      for (const item of range(10)) await queue.put(item);
      expect(await queue.join()).toBe(true);
      const seen = (await tasks.getCount(done, 10)) as [number, number][];
      expect(seen.map(([, item]) => item).toSorted((a, b) => a - b)).toEqual(range(10));
      queue.close();
      for (const worker of workers) await worker.join();
      expect(workers.map((worker) => worker.exitCode)).toEqual([0, 0, 0, 0]);
    });

    it('join() with a time-out, and taskDone() too often', async () => {
      const queue = closing(new JoinableQueue<string>());
      await expect(queue.taskDone()).rejects.toMatchObject({ code: 'ERR_PROCESS_STATE' });
      await queue.put('x');
      expect(await queue.join({ timeout: 20 })).toBe(false);
      await queue.get();
      await queue.taskDone();
      expect(await queue.join()).toBe(true);
    });

    it('test_queue_feeder_donot_stop_onexc: what can not be sent takes no place', async () => {
      const queue = makeQueue(1);
      await expect(queue.put({ f: () => 0 })).rejects.toMatchObject({
        code: 'ERR_NOT_CLONEABLE',
        path: 'item.f',
      });
      expect(await queue.size()).toBe(0);
      await queue.put(1);
      expect(await queue.get()).toBe(1);
    });

    it('test_closed_queue_put_get_exceptions: who waits hears it too, in every process', async () => {
      const queue = new Queue<string>();
      const child = start(tasks.getUntilClosed, [queue]);
      await queue.put('one');
      await waitFor('the child to take it', async () => (await queue.size()) === 0);
      const waiting = queue.get();
      queue.close();
      queue.close();
      await expect(waiting).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
      await expect(queue.put('two')).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
      await expect(queue.get()).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
      await expect(queue.size()).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
      expect(await child.result).toEqual(['one']);
    });

    it('test_nested_startmethod: a child gives the queue to a grandchild', async () => {
      const queue = makeQueue<string>();
      expect(await start(tasks.passQueueOn, [queue, ['from below']]).result).toBe(0);
      expect(await queue.get()).toBe('from below');
    });

    it('a queue in a queue, in a connection, in a task', async () => {
      const outer = makeQueue<Queue<string>>();
      const inner = makeQueue<string>();
      const child = start(tasks.getCount, [outer, 1]);
      await outer.put(inner);
      const [back] = (await child.result) as [Queue<string>];
      await back.put('round the world');
      expect(await inner.get()).toBe('round the world');
      const pool = new Pool({ processes: 1, startMethod });
      for (const round of range(5)) await pool.apply(tasks.putAll, [inner, [round]]);
      expect(await tasks.getCount(inner, 5)).toEqual(range(5));
      pool.close();
      await pool.join();
    });

    it('test_put with nonsense', () => {
      for (const size of [0, -1, 1.5, Number.NaN]) {
        expect(() => new Queue(size)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
      }
    });
  });

  // Where another process has to be waited for, blocking needs FFI.
  describe.skipIf(!startMethods().includes('forkserver'))(
    '_TestQueue, with calls that block as CPython does',
    () => {
      const limit = { timeout: 60_000 };

      it('test_put: a full queue refuses, at once or after the time-out, and takes again when drained', async () => {
        const queue = makeQueue<number>(6);
        for (const item of range(6)) queue.putSync(item);
        expect(queue.sizeSync()).toBe(6);
        for (const timeout of [0, 20]) {
          const begun = performance.now();
          expect(() => queue.putSync(6, { timeout })).toThrow(
            expect.objectContaining({ code: 'ERR_TIMEOUT', timeout }),
          );
          expect(performance.now() - begun).toBeGreaterThanOrEqual(timeout);
        }
        const child = start(syncTasks.getCountSync, [queue, 6]);
        queue.putSync(6, limit);
        expect(await child.result).toEqual(range(6));
        expect([queue.getSync(), queue.sizeSync()]).toEqual([6, 0]);
      });

      it('test_get: first in, first out, across processes', async () => {
        const queue = makeQueue<number>();
        start(syncTasks.putAllSync, [queue, range(1000)]);
        expect(range(1000).map(() => queue.getSync(limit))).toEqual(range(1000));
        expect(() => queue.getSync({ timeout: 0 })).toThrow(expect.objectContaining({ code: 'ERR_TIMEOUT' }));
        expect(queue.tryGetSync()).toBeUndefined();
      });

      it('test_timeout: get() raises Empty, and not before its time', () => {
        const queue = makeQueue();
        const begun = performance.now();
        expect(() => queue.getSync({ timeout: 200 })).toThrow(
          expect.objectContaining({ code: 'ERR_TIMEOUT' }),
        );
        expect(performance.now() - begun).toBeGreaterThanOrEqual(200);
      });

      it('test_fork: what was put before the start is there once', async () => {
        const queue = makeQueue<number>();
        for (const item of range(10)) queue.putSync(item);
        const child = start(syncTasks.putAllSync, [queue, range(20).slice(10)]);
        expect(range(20).map(() => queue.getSync(limit))).toEqual(range(20));
        await child.join();
        expect(queue.sizeSync()).toBe(0);
      });

      it('test_qsize, and TestSimpleQueue.test_empty: in the maker and in a child', async () => {
        const queue = makeQueue<string>();
        const seen = [queue.sizeSync()];
        queue.putSync('a');
        seen.push(queue.sizeSync());
        queue.putSync('b');
        seen.push(queue.sizeSync());
        queue.getSync();
        seen.push(queue.sizeSync());
        expect(seen).toEqual([0, 1, 2, 1]);
        expect(await start(syncTasks.lookSync, [queue]).result).toEqual([1, 'b', 'nothing', 0]);
      });

      it('test_task_done: join() returns when all was dealt with', async () => {
        const queue = closing(new JoinableQueue<number | null>());
        const results = makeQueue<number>();
        const workers = range(4).map(() => start(syncTasks.workSync, [queue, results]));
        for (const item of range(10)) queue.putSync(item);
        expect(queue.joinSync(limit)).toBe(true);
        expect(results.sizeSync()).toBe(10);
        for (const _ of workers) queue.putSync(null);
        for (const worker of workers) await worker.join();
        expect(workers.map((worker) => worker.exitCode)).toEqual([0, 0, 0, 0]);
      });

      it('test_no_import_lock_contention: a queue can be used while a module is being imported, or required', async () => {
        const module = new URL('../programs/queue-at-import.mjs', import.meta.url);
        expect(((await import(module.href)) as { answer: string }).answer).toBe('knock knock');
      });

      it('test_queue_feeder_donot_stop_onexc: what can not be sent takes no place', () => {
        const queue = makeQueue(1);
        expect(() => queue.putSync({ f: () => 0 })).toThrow(
          expect.objectContaining({ code: 'ERR_NOT_CLONEABLE', path: 'item.f' }),
        );
        expect(queue.sizeSync()).toBe(0);
        queue.putSync(1, { timeout: 0 });
        expect(queue.getSync()).toBe(1);
      });

      it('test_closed_queue_put_get_exceptions, TestSimpleQueue.test_close and test_empty_exceptions', async () => {
        const queue = new Queue<string>();
        const results = makeQueue<string>();
        const child = start(syncTasks.getUntilClosedSync, [queue, results]);
        queue.putSync('one');
        expect(await child.result).toBe('one');
        const another = start(syncTasks.blockUntilError, [queue]);
        for await (const line of another.stdout ?? []) if (line === 'blocks') break;
        queue.close();
        queue.close();
        expect(await another.result).toBe('ERR_QUEUE_CLOSED');
        for (const call of [
          () => queue.putSync('two'),
          () => queue.getSync(),
          () => queue.tryGetSync(),
          () => queue.sizeSync(),
        ]) {
          expect(call).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_CLOSED' }));
        }
      });
    },
  );

  describe('the end of a process', () => {
    // A fork server has loaded FFI before it copies itself: its children always have rings, and no half of an item.
    it.runIf(startMethod === 'spawn')(
      'a producer that is killed in the middle of an item: the item is not there',
      async () => {
        const queue = makeQueue();
        // By a stream: half of the item is with its process when that dies.
        const child = start(tasks.dieInPut, [queue], { CORE_PROCESS_NO_FFI: '1' });
        expect(await queue.get()).toBe('whole');
        await child.join();
        expect((await queue.tryGet()) === undefined).toBe(true);
        await queue.put('next');
        expect(await queue.get()).toBe('next');
      },
    );

    it('a producer that is killed right after a large put(): the item is there as a whole, or not at all', async () => {
      const queue = makeQueue();
      const child = start(tasks.dieInPut, [queue]);
      expect(await queue.get()).toBe('whole');
      await child.join();
      const item = await queue.tryGet();
      const bytes = Buffer.isBuffer(item) ? item.byteLength : item;
      expect([undefined, 64 * 1024 * 1024]).toContain(bytes);
      await queue.put('next');
      expect(await queue.get({ timeout: 60_000 })).toSatisfy(
        (next: unknown) => next === 'next' || Buffer.isBuffer(next),
      );
    });

    it('a consumer that is killed (gh-96062): what it had not taken is taken by another, once', async () => {
      const queue = makeQueue<number>();
      for (const item of range(100)) await queue.put(item);
      const child = start(tasks.takeOneAndStay, [queue]);
      for await (const line of child.stdout ?? []) if (line === 'took 0') break;
      child.kill();
      const items = (await tasks.getCount(queue, 99)) as number[];
      expect(items.toSorted((a, b) => a - b)).toEqual(range(100).slice(1));
    });

    it('a consumer that does not take what it was sent ahead gives it to the next one', async () => {
      const queue = makeQueue<number>();
      const slow = start(tasks.takeOneAndStay, [queue]);
      for (const item of range(50)) await queue.put(item);
      for await (const line of slow.stdout ?? []) if (line === 'took 0') break;
      const other = start(tasks.getCount, [queue, 49]);
      expect(await other.result).toEqual(range(50).slice(1));
    });

    it('a consumer that waits in vain and is killed takes nothing with it', async () => {
      const queue = makeQueue<string>();
      const child = start(tasks.takeOneAndStay, [queue]);
      await waitFor('it to be up', () => child.isAlive());
      child.kill();
      await child.join();
      await queue.put('for the living');
      expect(await queue.get()).toBe('for the living');
    });

    it('the maker ends: everyone else gets an error that says so', async () => {
      const [here, there] = Pipe();
      const child = start(tasks.makerEnds, [there]);
      const queue = (await here.recv()) as Queue<string>;
      expect(await queue.get()).toBe('first');
      const waiting = queue.get();
      child.kill();
      await expect(waiting).rejects.toMatchObject({ code: 'ERR_QUEUE_LOST' });
      await expect(queue.put('x')).rejects.toMatchObject({ code: 'ERR_QUEUE_LOST' });
      here.close();
    });

    it('the maker closes it while answers have found no room yet: they still arrive', async () => {
      const path = join(temporaryFolder(), 'closed');
      const queue = makeQueue<string>();
      for (let item = 0; item < 4000; item++) void queue.put('x'.repeat(200));
      const child = start(tasks.askAndStandStill, [queue, 3000, path]);
      for await (const line of child.stdout ?? []) if (line === 'asked') break;
      // The maker hears what has come, and answers.
      await queue.size();
      queue.close();
      writeFileSync(path, '');
      expect(await child.result).toEqual(Array.from({ length: 3000 }, () => 200));
    });

    it('a child that has put more than a pipe holds can be joined (gh-73983)', async () => {
      const queue = makeQueue<string>();
      const child = start(tasks.putAll, [queue, range(200).map(() => 'x'.repeat(10_000))]);
      expect(await child.join()).toBe(true);
      expect(child.exitCode).toBe(0);
      expect(await queue.size()).toBe(200);
    });
  });
});
