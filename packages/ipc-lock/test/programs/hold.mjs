/**
 * Holds a lock until stdin says otherwise. `node hold.mjs KIND WHERE [shared]`, KIND `name`, `file` or `at`
 * (an address as JSON). Prints `granted TOKEN ABANDONED`; line `release` releases it, `exit` exits with it.
 */
import { createInterface } from 'node:readline';
import { FileLock, Lock } from 'ipc-lock';

const [kind, where, shared] = process.argv.slice(2);

async function open() {
  if (kind === 'file') return new FileLock(where);
  if (kind === 'name') return Lock.open(where);
  const { module, export: name, data } = JSON.parse(where);
  return (await import(module))[name](data);
}

const lock = await open();
console.log('asking');
const guard = await lock.acquire({ shared: shared === 'shared' });
const abandoned = guard.abandoned && { ...guard.abandoned, token: String(guard.abandoned.token) };
console.log(`granted ${guard.token ?? '-'} ${JSON.stringify(abandoned ?? null)}`);
for await (const line of createInterface(process.stdin)) {
  if (line === 'exit') process.exit(0);
  if (line === 'release') {
    guard.release();
    lock.close();
    console.log('released');
    break;
  }
}
process.stdin.destroy();
