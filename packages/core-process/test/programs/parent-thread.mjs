/** A worker thread that starts a child which could be cancelled, and says its pid. */
import { parentPort } from 'node:worker_threads';
import { Process } from 'core-process';

const child = new Process({
  target: new URL('./tasks.mjs#sleepFor', import.meta.url),
  args: [200],
  stdio: 'ignore',
  signal: new AbortController().signal,
}).start();
parentPort.postMessage(child.pid);
setInterval(() => {}, 1e9);
