/** A worker thread blocks in getSync(), and the main thread's event loop turns meanwhile; prints JSON. */
import { once } from 'node:events';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { Process, Queue, isMainProcess } from 'core-process';

export function task(from, to) {
  to.putSync(from.getSync() * 2);
}

if (isMainProcess && isMainThread) {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const worker = new Worker(new URL(import.meta.url));
  const [result] = await once(worker, 'message');
  await once(worker, 'exit');
  clearInterval(timer);
  console.log(JSON.stringify({ result, turned: turns > 0 }));
} else if (isMainProcess) {
  const [from, to] = [new Queue(), new Queue()];
  const child = new Process({ target: task, args: [from, to] }).start();
  from.putSync(21);
  parentPort.postMessage(to.getSync());
  await child.join();
  from.close();
  to.close();
}
