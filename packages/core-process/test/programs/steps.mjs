/** Starts three processes by forkserver, one after the other, from the build that can be stopped; prints how each ended. */
import { Process, stopForkServer } from '../../dist-steps/index.js';

const ends = [];
for (let start = 0; start < 3; start++) {
  const target = new URL('common-function.cjs', import.meta.url);
  const child = new Process({
    target: { module: target, export: 'default' },
    startMethod: 'forkserver',
    stdio: 'ignore',
  });
  child.start();
  await child.join();
  ends.push({ pid: child.pid, reason: child.exit.reason, signal: child.exit.signal });
}
await stopForkServer();
console.log(JSON.stringify(ends));
