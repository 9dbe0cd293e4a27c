/**
 * Locks two locks one after the other. `node lock-both.mjs FOLDER FIRST SECOND HOW`, HOW `async`, `sync` or `inside`;
 * a line of stdin lets it go on to the second. Prints what came of it.
 */
import { once } from 'node:events';
import { Lock } from 'ipc-lock';

const [directory, firstName, secondName, how] = process.argv.slice(2);
const first = Lock.open(firstName, { directory, detectDeadlock: true });
const second = Lock.open(secondName, { directory, detectDeadlock: true });

async function lockSecond() {
  console.log('has the first');
  await once(process.stdin, 'data');
  try {
    const guard = how === 'sync' ? second.acquireSync() : await second.acquire();
    console.log('had both');
    guard.release();
  } catch (error) {
    console.log(`${error.code} ${JSON.stringify(error.holders)}`);
  }
}

if (how === 'inside') await first.runExclusive(lockSecond);
else {
  const guard = how === 'sync' ? first.acquireSync() : await first.acquire();
  await lockSecond();
  guard.release();
}
process.stdin.destroy();
