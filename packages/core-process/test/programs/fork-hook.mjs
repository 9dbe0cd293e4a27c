/** A library's hook for copies throws: node --single-threaded --v8-pool-size=1 fork-hook.mjs; prints a line. */
import { Process } from 'core-process';

globalThis[Symbol.for('core-process.copied')] = [
  () => {
    throw new Error('the hook failed');
  },
];
const child = new Process({ startMethod: 'fork', stdio: 'ignore', target: () => 1 }).start();
const { code } = await child.result.catch((error) => error);
// Once: a copy that goes on as its original would say it too.
console.log(code, child.exitCode);
