/**
 * Waits for 200 locks that another process holds, and does other things meanwhile. `node pending-waits.mjs FOLDER END`:
 * END `exit` calls process.exit() in the middle, `release` waits until all are had. Prints what went on.
 */
import { pbkdf2 } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Lock } from 'ipc-lock';

const [directory, end] = process.argv.slice(2);
const locks = Array.from({ length: 200 }, (_, index) => Lock.open(`lock ${index}`, { directory }));
const waits = locks.map((lock) => lock.acquire());
// All are asleep: turns have passed, and the wait thread is there.
await sleep(200);
console.log('waiting');
await Promise.all([
  sleep(20),
  readFile(process.argv[1]),
  lookup('localhost'),
  promisify(pbkdf2)('password', 'salt', 1000, 32, 'sha256'),
]);
console.log('did other things');
if (end === 'exit') {
  process.on('exit', () => console.log('exits'));
  process.exit();
}
console.log('ready for the locks');
for (const wait of waits) (await wait).release();
console.log('had them all');
