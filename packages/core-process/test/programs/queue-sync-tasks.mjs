/** What the tests of queues' synchronous calls run in children. Whatever is not async here never comes to its event loop. */
import { writeSync } from 'node:fs';

export function say(line) {
  writeSync(1, `${line}\n`);
}

/** The code of the error that a call throws, else what it returns. */
export function outcome(call) {
  try {
    return call();
  } catch (error) {
    return error.code;
  }
}

/** getSync() is the first thing that it does. */
export function echoSync(from, to, count) {
  for (let item = 0; item < count; item++) to.putSync(from.getSync());
}

export function putAllSync(queue, items, options) {
  return items.map((item) => outcome(() => queue.putSync(item, options) ?? 'put'));
}

export async function putAll(queue, items) {
  for (const item of items) await queue.put(item);
}

export function getCountSync(queue, count) {
  return Array.from({ length: count }, () => queue.getSync());
}

/** Tells when it is known to the maker: whoever comes after the queue was closed finds it lost. */
export function getUntilClosedSync(queue, results) {
  queue.sizeSync();
  say('takes');
  for (;;) {
    const item = outcome(() => queue.getSync());
    if (typeof item === 'string') return item;
    results.putSync(item);
  }
}

export function workSync(jobs, results) {
  for (let job = jobs.getSync(); job !== null; job = jobs.getSync()) {
    results.putSync(job * job);
    jobs.taskDoneSync();
  }
}

export function codesSync(queue) {
  return [
    outcome(() => queue.getSync({ timeout: 20 })),
    outcome(() => queue.getSync({ timeout: 0 })),
    outcome(() => queue.getSync({ timeout: -1 })),
    outcome(() => queue.putSync(() => 0)),
    outcome(() => queue.taskDoneSync()),
    outcome(() => queue.tryGetSync()) ?? 'nothing',
    queue.sizeSync(),
  ];
}

/** Tells when it is known to the maker, and blocks. */
export function blockUntilError(queue) {
  queue.sizeSync();
  say('blocks');
  return outcome(() => queue.getSync());
}

/** Has asked for one item, is sent more, and never takes those. */
export function takeOneAndStay(queue) {
  say(`took ${queue.getSync()}`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Each item goes through a bounded queue and back, longer than a ring and a socket hold together. */
export function lengthsSync(from, to) {
  for (let item = from.getSync(); item !== null; item = from.getSync()) to.putSync(item.length);
}

/** Without a turn of its loop in between: most of it is still with libuv when it blocks. */
export async function putManyThenBlock(queue, count, more) {
  for (let item = 0; item < count; item++) await queue.put(item);
  return more.getSync();
}

/** Waits for its reader with all that is there, and puts after that only. */
export function talkThenPut(queue, bytes) {
  writeSync(1, 'x'.repeat(bytes));
  writeSync(1, '\n');
  queue.putSync('said');
}

export function size(bytes, queue) {
  queue.putSync(bytes.length);
}

export function sendInner(outer, inner) {
  outer.putSync({ inner });
  return inner.getSync();
}

/** What it finds by trying, and by looking. */
export function lookSync(queue) {
  return [queue.sizeSync(), queue.tryGetSync(), queue.tryGetSync() ?? 'nothing', queue.sizeSync()];
}
