/** putSync(), getSync() and the others: the thread stands still, and what it waits for comes all the same. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { JoinableQueue, Pipe, Process, Queue, startMethods } from 'core-process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makerEnds } from '../programs/queue-tasks.mjs';
import * as tasks from '../programs/queue-sync-tasks.mjs';

/** Generous: it only ends what would else hang. */
const limit = { timeout: 60_000 };
const range = (length: number) => Array.from({ length }, (_, index) => index);
const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));

function makeQueue<T = unknown>(maxSize?: number): Queue<T> {
  const queue = new Queue<T>(maxSize);
  onTestFinished(() => queue.close());
  return queue;
}

function start(target: (...args: never[]) => unknown, ...args: unknown[]): Process<never[]> {
  const child = new Process({ target, args: args as never, stdio: 'pipe' }).start();
  onTestFinished(async () => {
    child.kill();
    await child.join();
  });
  return child;
}

async function untilItSays(child: Process<never[]>, wanted: string): Promise<void> {
  for await (const line of child.stdout ?? []) if (line === wanted) return;
  throw new Error(`It ended without having said "${wanted}".`);
}

// Blocking needs FFI, as copies of processes do.
describe.skipIf(!startMethods().includes('forkserver'))('a thread that blocks', () => {
  it.each([
    ['put()', tasks.putAll],
    ['putSync()', tasks.putAllSync],
  ])('in the maker, right after the start: gets what a child puts with %s, in order', (_name, target) => {
    const queue = makeQueue<number>();
    start(target, queue, range(1000));
    expect(range(1000).map(() => queue.getSync(limit))).toEqual(range(1000));
    expect(queue.tryGetSync()).toBeUndefined();
    expect(queue.sizeSync()).toBe(0);
  });

  it('on both sides: 10,000 items there and back, each waited for', async () => {
    const [there, back] = [makeQueue<number>(), makeQueue<number>()];
    const child = start(tasks.echoSync, there, back, 10_000);
    for (const item of range(10_000)) {
      there.putSync(item);
      if (back.getSync(limit) !== item) throw new Error(`Item ${item} came out of its order.`);
    }
    await child.join();
    expect(child.exitCode).toBe(0);
  });

  it('in a child alone: its maker awaits', async () => {
    const [there, back] = [makeQueue<string>(), makeQueue<string>(1)];
    start(tasks.echoSync, there, back, 20);
    for (const item of range(20)) await there.put(`item ${item}`);
    const items = [];
    while (items.length < 20) items.push(await back.get());
    expect(items).toEqual(range(20).map((item) => `item ${item}`));
  });

  it('waits for a place in a bounded queue, on either side', async () => {
    const queue = makeQueue<number>(2);
    const child = start(tasks.getCountSync, queue, 50);
    for (const item of range(50)) queue.putSync(item, limit);
    expect(await child.result).toEqual(range(50));

    const giver = start(tasks.putAllSync, queue, range(50), limit);
    expect(range(50).map(() => queue.getSync(limit))).toEqual(range(50));
    expect(await giver.result).toEqual(range(50).map(() => 'put'));
  });

  it('a time-out leaves everything as it was', async () => {
    const queue = makeQueue<string>(1);
    expect(() => queue.getSync({ timeout: 20 })).toThrow(
      expect.objectContaining({ code: 'ERR_TIMEOUT', timeout: 20 }),
    );
    expect(() => queue.getSync({ timeout: 0 })).toThrow(expect.objectContaining({ code: 'ERR_TIMEOUT' }));
    queue.putSync('first');
    for (const timeout of [0, 20]) {
      expect(() => queue.putSync('second', { timeout })).toThrow(
        expect.objectContaining({ code: 'ERR_TIMEOUT', timeout }),
      );
    }
    expect(await start(tasks.putAllSync, queue, ['third'], { timeout: 20 }).result).toEqual(['ERR_TIMEOUT']);
    expect(queue.sizeSync()).toBe(1);
    expect(queue.getSync()).toBe('first');

    const jobs = new JoinableQueue<number>();
    onTestFinished(() => jobs.close());
    expect(await start(tasks.codesSync, jobs).result).toEqual([
      'ERR_TIMEOUT',
      'ERR_TIMEOUT',
      'ERR_INVALID_OPTION',
      'ERR_NOT_CLONEABLE',
      'ERR_PROCESS_STATE',
      'nothing',
      0,
    ]);
    // None of them waits any more: the next item is for who comes next.
    jobs.putSync(1);
    expect(jobs.getSync(limit)).toBe(1);
  });

  it('taskDoneSync() and joinSync(): returns when all was dealt with', async () => {
    const jobs = new JoinableQueue<number | null>();
    onTestFinished(() => jobs.close());
    const results = makeQueue<number>();
    const workers = [1, 2].map(() => start(tasks.workSync, jobs, results));
    for (const job of range(20)) jobs.putSync(job);
    expect(jobs.joinSync(limit)).toBe(true);
    const squares = range(20).map(() => results.getSync({ timeout: 0 }));
    expect(squares.toSorted((a, b) => a - b)).toEqual(range(20).map((job) => job * job));
    jobs.putSync(1);
    await results.get();
    await jobs.join();
    for (const _ of workers) jobs.putSync(null);
    expect(jobs.joinSync({ timeout: 20 })).toBe(false);
    await Promise.all(workers.map((worker) => worker.join()));
  });

  it('a get() that waited before has its item first', async () => {
    const queue = makeQueue<string>();
    const before = queue.get();
    start(tasks.putAllSync, queue, ['first', 'second']);
    expect(queue.getSync(limit)).toBe('second');
    expect(await before).toBe('first');
  });

  it('several processes: every item is with one of them, once', async () => {
    const queue = makeQueue<number>();
    const results = makeQueue<number>();
    const takers = range(3).map(() => start(tasks.getUntilClosedSync, queue, results));
    await Promise.all(takers.map((taker) => untilItSays(taker, 'takes')));
    const givers = range(2).map((giver) =>
      start(
        tasks.putAllSync,
        queue,
        range(200).map((item) => giver * 200 + item),
      ),
    );
    const items = range(400).map(() => results.getSync(limit));
    expect(items.toSorted((a, b) => a - b)).toEqual(range(400));
    await Promise.all(givers.map((giver) => giver.join()));
    queue.close();
    expect(await Promise.all(takers.map((taker) => taker.result))).toEqual(
      range(3).map(() => 'ERR_QUEUE_CLOSED'),
    );
  });

  it('is woken when the queue is closed, and when its maker is killed', async () => {
    const queue = makeQueue();
    const child = start(tasks.blockUntilError, queue);
    await untilItSays(child, 'blocks');
    queue.close();
    expect(await child.result).toBe('ERR_QUEUE_CLOSED');
    expect(() => queue.getSync()).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_CLOSED' }));

    const [here, there] = Pipe<Queue>();
    onTestFinished(() => here.close());
    const maker = start(makerEnds, there);
    const lost = await here.recv();
    const blocked = start(tasks.blockUntilError, lost);
    expect(await lost.get()).toBe('first');
    await untilItSays(blocked, 'blocks');
    maker.kill();
    expect(await blocked.result).toBe('ERR_QUEUE_LOST');
    expect(() => lost.getSync()).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_LOST' }));
  });

  it('a child that is killed gives back what it was sent ahead, to a thread that blocks for it', async () => {
    const queue = makeQueue<number>();
    for (const item of range(100)) queue.putSync(item);
    const child = start(tasks.takeOneAndStay, queue);
    await untilItSays(child, 'took 0');
    child.kill();
    const items = range(99).map(() => queue.getSync(limit));
    expect(items.toSorted((a, b) => a - b)).toEqual(range(100).slice(1));
  });

  it('a signal that stops it and lets it go on takes nothing from it', async () => {
    const queue = makeQueue<string>();
    const child = start(tasks.blockUntilError, queue);
    await untilItSays(child, 'blocks');
    for (const signal of ['SIGSTOP', 'SIGCONT'] as const) process.kill(child.pid as number, signal);
    queue.putSync('after the stop');
    expect(await child.result).toBe('after the stop');
  });

  it.each([100_000, 1024 * 1024])(
    'items of %i bytes come through, and do not wait for the loop',
    async (bytes) => {
      const [there, back] = [makeQueue<Buffer | null>(), makeQueue<number>()];
      const child = start(tasks.lengthsSync, there, back);
      // Put without a turn of the loop: more than libuv can write before its next one.
      for (const _ of range(10)) await there.put(Buffer.alloc(bytes));
      expect(range(10).map(() => back.getSync(limit))).toEqual(range(10).map(() => bytes));
      for (const _ of range(10)) there.putSync(Buffer.alloc(bytes));
      expect(range(10).map(() => back.getSync(limit))).toEqual(range(10).map(() => bytes));
      there.putSync(null);
      await child.join();
      expect(child.exitCode).toBe(0);
    },
  );

  it('what was put before the loop has ever turned leaves all the same', async () => {
    const [queue, more] = [makeQueue<number>(), makeQueue<string>()];
    const child = start(tasks.putManyThenBlock, queue, 3000, more);
    expect(range(3000).map(() => queue.getSync(limit))).toEqual(range(3000));
    more.putSync('go on');
    expect(await child.result).toBe('go on');
  });

  it('a child gets the rest of long arguments, and is rid of long output', () => {
    const queue = makeQueue<number | string>();
    start(tasks.size, Buffer.alloc(1024 * 1024), queue);
    expect(queue.getSync(limit)).toBe(1024 * 1024);
    start(tasks.talkThenPut, queue, 4 * 1024 * 1024);
    expect(queue.getSync(limit)).toBe('said');
  });

  it('a queue in an item is built again at once', async () => {
    const [outer, inner] = [makeQueue<{ inner: Queue<string> }>(), makeQueue<string>()];
    const child = start(tasks.sendInner, outer, inner);
    outer.getSync(limit).inner.putSync('through both');
    expect(await child.result).toBe('through both');
  });

  it('a worker thread blocks itself, not the process', async () => {
    const { stdout, stderr } = await runProgram([program('queue-sync-in-thread.mjs')]);
    expect({ stderr, ...JSON.parse(stdout) }).toEqual({ stderr: '', result: 42, turned: true });
  });
});

it('without FFI: what would have to wait for another process throws, and changes nothing', async () => {
  const { stdout, stderr } = await runProgram([program('queue-sync-without-ffi.mjs')], {
    env: { ...process.env, CORE_PROCESS_NO_FFI: '1' },
  });
  const unavailable = 'ERR_BLOCKING_UNAVAILABLE';
  const { message, ...rest } = JSON.parse(stdout);
  expect({ stderr, ...rest }).toEqual({
    stderr: '',
    here: {
      put: 'put',
      full: unavailable,
      fullAtOnce: 'ERR_TIMEOUT',
      size: 1,
      get: 'one',
      empty: unavailable,
      emptyAtOnce: 'ERR_TIMEOUT',
      nothing: null,
      notDone: false,
      done: null,
      allDone: true,
    },
    there: Array.from({ length: 5 }, () => unavailable),
    refused: unavailable,
    left: [1, 'for the child', 0],
  });
  expect(message).toContain('getSync() would have to wait');
  expect(message).toContain('await get()');
});
