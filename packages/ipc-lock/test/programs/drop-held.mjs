/** Drops a lock that is held, and one that is not. `node --expose-gc drop-held.mjs FOLDER` */
import { setTimeout as sleep } from 'node:timers/promises';
import { Lock } from 'ipc-lock';

const directory = process.argv[2];
process.on('warning', (warning) => console.log(warning.code));

(() => {
  Lock.open('held', { directory }).acquireSync();
  new Lock({ directory }).acquireSync().release();
})();
// Finalizers run when they like.
for (let round = 0; round < 20; round++) {
  globalThis.gc();
  await sleep(10);
}
console.log(Lock.open('held', { directory }).locked);
