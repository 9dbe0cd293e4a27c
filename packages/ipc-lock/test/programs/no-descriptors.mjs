/** Opens files until none can be opened, then locks one. */
import { closeSync, openSync } from 'node:fs';
import { FileLock, Lock } from 'ipc-lock';

const lock = new FileLock(process.argv[2]);
const named = Lock.open('it', { directory: `${process.argv[2]}.folder` });
// What is loaded at first use is loaded while there are descriptors.
lock.acquireSync().release();
named.acquireSync().release();
const fds = [];
try {
  for (;;) fds.push(openSync('/dev/null'));
} catch (error) {
  if (error.code !== 'EMFILE') throw error;
}
const results = [];
for (const way of [
  () => lock.acquire(),
  () => Lock.open('other', { directory: `${process.argv[2]}.folder` }),
]) {
  try {
    await way();
  } catch (error) {
    results.push(`${error.code} ${error.cause.code}`);
  }
}
for (const fd of fds) closeSync(fd);
for (const result of results) console.log(result);
await lock.runExclusive(() => named.runExclusive(() => console.log('works again')));
