/** Its module leaves a Node in which a copy writes much, and does not work unless WORKS is set. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { currentProcess, isMainProcess, Process } from 'core-process';

if (!isMainProcess) {
  const { readFile } = fs.promises;
  fs.promises.readFile = (...args) => {
    // More than a pipe holds.
    for (const fd of [1, 2]) fs.writeSync(fd, `${'x'.repeat(500_000)}\n`);
    return process.env.WORKS ? readFile(...args) : Promise.reject(new TypeError('no files here'));
  };
  syncBuiltinESMExports();
}

export const method = () => currentProcess().startMethod;

if (isMainProcess) {
  const child = new Process({ target: method, startMethod: 'forkserver' }).start();
  console.log(await child.result, (await child.sentinel).reason);
}
