/** Messages of all sizes where /dev/shm holds little; prints what came back as it went. */
import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainProcess, Pool, Process, Queue } from 'core-process';

const SIZES = [100, 100_000, 1 << 20, 5 << 20, 40 << 20];
const buffers = SIZES.map((size, index) => Buffer.alloc(size, index + 1));

export const echo = (value) => value;

export async function putAll(queue) {
  for (const buffer of buffers) await queue.put(buffer);
}

const free = () => {
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize;
};

if (isMainProcess) {
  const before = free();
  let same = 0;
  const pool = new Pool({ processes: 2 });
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(buffers.map((buffer) => pool.apply(echo, [buffer])));
    same += answers.filter((answer, index) => answer.equals(buffers[index])).length;
  }
  pool.close();
  await pool.join();

  const queue = new Queue();
  const child = new Process({ target: putAll, args: [queue] }).start();
  let got = 0;
  for (const buffer of buffers) if ((await queue.get()).equals(buffer)) got++;
  await child.join();
  queue.close();
  // Memory of large messages is kept for a second, for the next ones.
  for (let tries = 0; free() < before && tries < 600; tries++) await sleep(50);
  console.log(JSON.stringify({ same, got, exitCode: child.exitCode, kept: before - free() }));
}
