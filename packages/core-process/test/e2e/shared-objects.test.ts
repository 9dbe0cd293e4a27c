/** Locks, values, arrays and shared memory of ipc-lock as arguments, results and messages, beside connections and queues. */
import { Lock, SharedArray, SharedMemory, Value } from 'ipc-lock';
import { Pipe, Pool, Process, Queue } from 'core-process';
import { expect, it, onTestFinished } from 'vitest';
import * as tasks from '../programs/shared-tasks.mjs';

function kept<T extends { close(): void }>(object: T): T {
  onTestFinished(() => object.close());
  return object;
}

it('a lock and a value are arguments and results of tasks and of a process', async () => {
  const lock = kept(new Lock());
  const value = kept(new Value('int32', 0));
  const pool = new Pool({ processes: 2 });
  const child = new Process({ target: tasks.countUnder, args: [lock, value, 50] }).start();
  const results = await Promise.all([1, 2, 3, 4].map(() => pool.apply(tasks.countUnder, [lock, value, 50])));
  results.push(await child.result);
  expect(value.value).toBe(250);
  for (const back of results) {
    kept(back.value).add(1);
    await kept(back.lock).runExclusive(() => undefined);
  }
  expect(value.value).toBe(255);
  await child.join();
  await pool[Symbol.asyncDispose]();
});

it('shared memory and an array: what workers write is here, without a copy', async () => {
  const memory = kept(new SharedMemory(4));
  const array = kept(new SharedArray('float64', 4));
  const pool = new Pool({ processes: 2 });
  const back = await pool.starmap(
    tasks.write,
    [0, 1, 2, 3].map((index): [SharedMemory, SharedArray<'float64'>, number] => [memory, array, index]),
  );
  expect([...memory.bytes]).toEqual([1, 2, 3, 4]);
  expect([...array.array]).toEqual([0, 0.5, 1, 1.5]);
  memory.bytes[0] = 9;
  for (const same of back) expect(kept(same).bytes[0]).toBe(9);
  await pool[Symbol.asyncDispose]();
});

it('values go over connections and queues', async () => {
  const [here, there] = Pipe();
  const queue = new Queue<{ value: Value<'int32'> }>();
  const value = kept(new Value('int32', 40));
  const child = new Process({ target: tasks.addToEach, args: [there, queue] }).start();
  for (let message = 0; message < 2; message++) {
    await here.send(value);
    kept((await queue.get()).value).add(0);
  }
  expect(value.value).toBe(42);
  here.close();
  expect(await child.join()).toBe(true);
  queue.close();
});
