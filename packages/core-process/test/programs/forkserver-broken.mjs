/** Its module leaves a Node in which a copy does not work. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { currentProcess, isMainProcess, Process } from 'core-process';

if (!isMainProcess) {
  fs.promises.readFile = () => Promise.reject(new TypeError('no files here'));
  syncBuiltinESMExports();
}

export const method = () => currentProcess().startMethod;

if (isMainProcess) {
  const child = new Process({ target: method, startMethod: 'forkserver' }).start();
  console.log(await child.result, (await child.sentinel).reason);
}
