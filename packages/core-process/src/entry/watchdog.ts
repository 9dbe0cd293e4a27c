/** A thread that ends its process when the process has another parent. Started by os/parent-death.ts. */
import { workerData } from 'node:worker_threads';

const { parentPid } = workerData as { parentPid: number };

/** How often it looks; a daemon may outlive its parent by this long. */
const LOOK_EVERY_MS = 100;

setInterval(() => {
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
