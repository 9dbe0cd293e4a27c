/** Starts children as told by its argument, says their pids, and ends as told: a parent for the tests to kill. */
import { writeSync } from 'node:fs';
import { isMainProcess, parentProcess, Process } from 'core-process';

export function spin() {
  writeSync(1, `up ${process.pid}\n`);
  for (;;);
}
export function sleep() {
  writeSync(1, `up ${process.pid}\n`);
  setInterval(() => {}, 1e9);
}
export function sleepWhile(ms) {
  setTimeout(() => writeSync(1, 'child done\n'), ms);
}
export function orphan() {
  const parent = parentProcess();
  const timer = setInterval(() => {}, 1e9);
  parent.once('orphaned', () => {
    writeSync(1, `orphaned ${parent.isAlive()} ${process.ppid !== parent.pid}\n`);
    clearInterval(timer);
  });
  writeSync(1, `up ${process.pid} ${parent.isAlive()}\n`);
}
export async function joinParent() {
  const parent = parentProcess();
  writeSync(1, `early ${await parent.join({ timeout: 0 })}\nup ${process.pid}\n`);
  writeSync(1, `joined ${await parent.join()}\n`);
}

if (isMainProcess) {
  const { target, options = {}, args = [], end = 'stay', count = 1 } = JSON.parse(process.argv[2]);
  const targets = { spin, sleep, orphan, joinParent, sleepWhile };
  for (let i = 0; i < count; i++) new Process({ target: targets[target], args, ...options }).start();
  writeSync(1, `parent ${process.pid}\n`);
  if (end === 'exit') process.exit(3);
  if (end === 'throw') throw new Error('the parent threw');
  if (end === 'stay') setInterval(() => {}, 1e9);
}
