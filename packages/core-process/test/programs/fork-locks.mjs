/** Locks of a process that copies itself: node --single-threaded --v8-pool-size=1 fork-locks.mjs; prints JSON. */
import { Process, processState } from 'core-process';
import { Lock, Semaphore, Value } from 'ipc-lock';

const start = (target, ...args) =>
  new Process({ startMethod: 'fork', stdio: 'ignore', target, args }).start();
const codeOf = (act) => {
  try {
    return act() ?? 'none';
  } catch (error) {
    return error.code;
  }
};
const never = new Int32Array(new SharedArrayBuffer(4));
const sleepForEver = () => Atomics.wait(never, 0, 0);
const whenSet = async (value) => {
  while (value.value === 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

const [lock, count] = [new Lock(), new Value('int32')];

// Copies that have the lock from their original, one that was given it, and the original.
const add = (guarded = lock) => {
  for (let turn = 0; turn < 2000; turn++) {
    const guard = guarded.acquireSync();
    count.value += 1;
    guard.release();
  }
};
const adders = [start(() => add()), start(() => add()), start(add, lock)];
add();
for (const adder of adders) await adder.join();

// Copied while it is held: it is the original's.
const guard = lock.acquireSync();
const heldByOriginal = await start(() => [
  codeOf(() => guard.release()),
  codeOf(() => lock.acquireSync({ timeout: 0 })),
]).result;
guard.release();

// A copy dies with the lock, and with a permit.
const semaphore = new Semaphore(1);
const took = new Value('int32');
const holder = start(() => {
  lock.acquireSync();
  semaphore.acquireSync();
  took.value = 1;
  sleepForEver();
});
await whenSet(took);
holder.kill();
await holder.join();
const afterCopy = await lock.acquire();
const permit = await semaphore.acquire();
const reports = [afterCopy, permit].map(({ abandoned }) => abandoned?.pid === holder.pid);
afterCopy.release();
permit.release();

// An original dies with the lock, and its copy, with its open files, lives on.
const [copied, copyPid] = [new Value('int32'), new Value('int32')];
const original = start(() => {
  lock.acquireSync();
  const copy = start(sleepForEver);
  copyPid.value = copy.pid;
  copied.value = 1;
  sleepForEver();
});
await whenSet(copied);
original.kill();
await original.join();
const afterOriginal = await lock.acquire();
reports.push(afterOriginal.abandoned?.pid === original.pid);
afterOriginal.release();
// Dead before this process ends, which else leaves the files of what both have used to the next one that comes.
process.kill(copyPid.value, 'SIGKILL');
while (!['Z', undefined].includes(processState(copyPid.value)))
  await new Promise((resolve) => setTimeout(resolve, 2));

console.log(JSON.stringify({ count: count.value, heldByOriginal, reports }));
