/** A worker thread starts a child and is terminated: says the state in which the child ends. */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { processState } from 'core-process';

const thread = new Worker(new URL('./parent-thread.mjs', import.meta.url));
const [pid] = await once(thread, 'message');
await thread.terminate();
while (!['Z', undefined].includes(processState(pid))) await setTimeout(10);
console.log(processState(pid));
