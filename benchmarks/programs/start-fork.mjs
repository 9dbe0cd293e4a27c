/** Milliseconds from start to joined of a copy of this process: node --single-threaded --v8-pool-size=1 start-fork.mjs STARTS. */
import { Process } from 'core-process';

const starts = Number(process.argv[2]);

async function startAndJoin() {
  const child = new Process({ target: () => {}, startMethod: 'fork' }).start();
  await child.join();
  if (child.exitCode !== 0) throw new Error(`A copy ended with ${child.exitCode}.`);
}

await startAndJoin();
const began = performance.now();
for (let start = 0; start < starts; start++) await startAndJoin();
const value = (performance.now() - began) / starts;
console.log(JSON.stringify([{ metric: 'start to joined', unit: 'ms', value }]));
