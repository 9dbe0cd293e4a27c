/**
 * Uses locks on a file system that gets full. `node full-disk.mjs FOLDER`; prints what came of each step.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lock, Semaphore } from 'ipc-lock';

const [directory] = process.argv.slice(2);
const filler = join(directory, 'filler');

async function say(step, work) {
  try {
    await work();
    console.log(`${step}: worked`);
  } catch (error) {
    console.log(`${step}: ${error.code} ${error.cause?.code ?? ''}`);
  }
}

function fill() {
  for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2)) {
    for (;;) {
      try {
        writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}

const lock = Lock.open('a', { directory });
const semaphore = Semaphore.open('a', 2, { directory });
const useBoth = async () => {
  const guards = [await lock.acquire({ timeout: 1000 }), lock.held && semaphore.acquireSync({ timeout: 0 })];
  for (const guard of guards) guard.release();
};
await say('with room', useBoth);
fill();
await say('another one, full', () => Lock.open('b', { directory }));
await say('those that are open, full', useBoth);
rmSync(filler);
await say('with room again', useBoth);
console.log(`free: ${semaphore.value}, ${JSON.stringify(lock.holder())}`);
