/** Processes that hand data over: by a queue, a pipe, shared memory, or a file. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Connection, Queue } from 'core-process';
import type { Lock, Value } from 'ipc-lock';

/** Takes so many items, from a queue or from the list that it was given in place of one. */
export async function takeAll(items: Queue<number> | number[], count: number): Promise<number[]> {
  if (!(items instanceof Queue)) return items.slice(0, count);
  const taken: number[] = [];
  while (taken.length < count) taken.push(await items.get());
  return taken;
}

/** Sends these texts, one after the other, and ends. */
export async function sendAll(texts: readonly string[], connection: Connection<string>): Promise<void> {
  for (const text of texts) await connection.send(text);
  connection.close();
}

/** Writes the same to standard output. */
export async function writeAll(texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  }
}

/** Each gives the milliseconds that so many additions took, while another process does the same. */

/** To a number in a file, under a lock: without it some would be lost. */
export function countInFile(file: string, lock: Lock, times: number): number {
  return timeOf(times, () => {
    const guard = lock.acquireSync();
    try {
      addToFile(file);
    } finally {
      guard.release();
    }
  });
}

/** Written beside it and renamed, so that a writer that is killed leaves a whole file. */
function addToFile(file: string): void {
  const n = Number(readFileSync(file, 'utf8'));
  writeFileSync(`${file}.new`, String(n + 1));
  renameSync(`${file}.new`, file);
}

/** In shared memory, in one go. */
export function countInMemory(n: Value<'int32'>, times: number): number {
  return timeOf(times, () => void n.add(1));
}

/** By messages to the one who owns the number. */
export async function countByQueue(ones: Queue<number>, times: number): Promise<number> {
  const began = performance.now();
  for (let count = 0; count < times; count++) await ones.put(1);
  return performance.now() - began;
}

function timeOf(times: number, act: () => void): number {
  const began = performance.now();
  for (let count = 0; count < times; count++) act();
  return performance.now() - began;
}
