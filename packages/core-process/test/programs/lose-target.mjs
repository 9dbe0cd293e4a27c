import { setTimeout as sleep } from 'node:timers/promises';
import { isMainProcess, Process } from 'core-process';

export function nothing() {}

function started() {
  const args = [{ large: 'argument' }];
  const child = new Process({ target: nothing, args, startMethod: process.argv[2] });
  child.start();
  return { child, reference: new WeakRef(args[0]) };
}
if (isMainProcess) {
  const { child, reference } = started();
  for (let turn = 0; turn < 200 && reference.deref() !== undefined; turn++) {
    // In this order: what a WeakRef gave is kept until the current job ends.
    await sleep(10);
    globalThis.gc();
  }
  console.log(reference.deref() === undefined ? 'collected' : 'still held');
  await child.join();
}
