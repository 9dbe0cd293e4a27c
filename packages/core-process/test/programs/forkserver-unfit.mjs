/** Its module runs a worker thread in every process that imports it, the server included. */
import { Worker } from 'node:worker_threads';
import { currentProcess, isMainProcess, Process } from 'core-process';

const worker = new Worker('setInterval(() => {}, 1e9)', { eval: true });
worker.unref();

export const method = () => currentProcess().startMethod;

if (isMainProcess) {
  for (let round = 0; round < 2; round++) {
    const child = new Process({ target: method, startMethod: 'forkserver' }).start();
    console.log(await child.result, (await child.sentinel).reason);
  }
}
