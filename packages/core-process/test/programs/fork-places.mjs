/** For programs that fork from many places: what is called, and by whom, and what became of the copies. */
import { writeSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Process } from 'core-process';

const main = process.pid;
const calls = new Map();
/** Timers and immediates of the original, all of which a copy may clear as well. */
export const own = [];

/** To be put wherever only the original may come. */
export function called(name) {
  if (process.pid !== main) writeSync(1, `${name} of the original was called. `);
  calls.set(name, (calls.get(name) ?? 0) + 1);
}

const copies = [];

/** @param prepare - what the copy does first */
export function fork(place, prepare = async () => undefined) {
  const child = new Process({
    startMethod: 'fork',
    stdio: 'pipe',
    target: async () => {
      await prepare();
      for (const each of own) {
        clearTimeout(each);
        if (typeof each === 'object') clearImmediate(each);
      }
      await Promise.all([sleep(2), sleep(2), sleep(5), turn()]);
      // Nothing but these keeps the copy alive.
      setTimeout(() => setImmediate(() => writeSync(1, 'done')), 5);
      return 'returned';
    },
  }).start();
  copies.push({ place, child });
}

/** Prints JSON. */
export async function report() {
  const ends = [];
  for (const { place, child } of copies) {
    await child.join();
    ends.push([place, await child.result.catch(String), await child.stdout.text()]);
  }
  console.log(JSON.stringify({ ends, calls: [...calls] }));
}
