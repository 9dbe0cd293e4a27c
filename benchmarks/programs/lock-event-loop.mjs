/**
 * Does other work while it waits for locks that another process holds. `node lock-event-loop.mjs FOLDER COUNT`; prints
 * the median microseconds of each kind of work as JSON, and ends with its waits pending.
 */
import { pbkdf2 } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Lock } from 'ipc-lock';

const ROUNDS = 60;
const [directory, count] = process.argv.slice(2);
const work = {
  timer: () => sleep(1),
  'fs.readFile': () => readFile(process.argv[1]),
  'dns.lookup': () => lookup('localhost'),
  'crypto.pbkdf2': () => promisify(pbkdf2)('password', 'salt', 1000, 32, 'sha256'),
};

for (let index = 0; index < Number(count); index++) {
  void Lock.open(String(index), { directory }).acquire();
}
// All are asleep by then, and the wait thread is there.
await sleep(300);
const medians = {};
for (const [kind, run] of Object.entries(work)) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await run();
    times.push((performance.now() - began) * 1000);
  }
  medians[kind] = times.toSorted((a, b) => a - b)[ROUNDS / 2];
}
process.stdout.write(`${JSON.stringify(medians)}\n`, () => process.exit());
