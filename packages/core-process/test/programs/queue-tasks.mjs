/** What the tests of queues run in children. */
import { existsSync, openSync, writeSync } from 'node:fs';
import { Process } from 'core-process';

export async function putAll(queue, items) {
  for (const item of items) await queue.put(item);
}

export async function getCount(queue, count) {
  const items = [];
  while (items.length < count) items.push(await queue.get());
  return items;
}

export async function getUntilClosed(queue) {
  const items = [];
  for await (const item of queue) items.push(item);
  return items;
}

export async function work(queue, done) {
  await done.put('ready');
  for await (const item of queue) {
    await done.put([process.pid, item]);
    await queue.taskDone();
  }
}

export async function passQueueOn(queue, items) {
  const child = new Process({ target: putAll, args: [queue, items] }).start();
  await child.join();
  return child.exitCode;
}

export async function sizes(queue) {
  return [await queue.size(), await queue.tryGet(), await queue.tryGet(), await queue.size()];
}

/** Half of it has left the process when it dies. */
export async function dieInPut(queue) {
  await queue.put('whole');
  await queue.size();
  void queue.put(Buffer.alloc(64 * 1024 * 1024));
  process.kill(process.pid, 'SIGKILL');
}

/** Has asked for one item, is sent more, and takes no more than that one. */
export async function takeOneAndStay(queue) {
  writeSync(1, `took ${await queue.get()}\n`);
  await new Promise(() => setInterval(() => undefined, 1e9));
}

export async function codes(queue) {
  const answers = [];
  for (const call of [
    () => queue.get({ timeout: 20 }),
    () => queue.get({ timeout: 0 }),
    () => queue.put(() => 0),
    async () => await queue.taskDone?.(),
  ]) {
    answers.push(
      await call().then(
        () => 'no error',
        (error) => error.code,
      ),
    );
  }
  return answers;
}

export async function makerEnds(connection) {
  const { Queue } = await import('core-process');
  const queue = new Queue();
  await queue.put('first');
  await connection.send(queue);
  await connection.recv();
}

export async function putWithTimeout(queue, item, timeout) {
  try {
    await queue.put(item, { timeout });
    return 'put';
  } catch (error) {
    return error.code;
  }
}

/** Writes down each item as soon as it has it, in a way that survives SIGKILL. */
export async function writeDown(queue, path) {
  const file = openSync(path, 'a');
  for (let turn = 0; ; turn++) {
    const item = turn % 8 === 0 ? await queue.tryGet() : await queue.get();
    if (item !== undefined) writeSync(file, `${item}\n`);
  }
}

/** Asks without waiting for the answers. @returns how many there were */
export async function askForSize(queue, times) {
  const sizes = await Promise.all(Array.from({ length: times }, () => queue.size()));
  return sizes.length;
}

/** Asks for items and hears nothing of the answers, which find no room on their way, until a file appears. */
export async function askAndStandStill(queue, times, path) {
  // By now its messages go through shared memory.
  await queue.size();
  const answers = Array.from({ length: times }, () => queue.tryGet());
  writeSync(1, 'asked\n');
  while (!existsSync(path));
  return (await Promise.all(answers)).map((item) => item.length);
}
