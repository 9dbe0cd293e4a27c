/** Forks when nothing is left to do, and again when the process ends. */
import { writeSync } from 'node:fs';
import { Process } from 'core-process';

const start = (target) => new Process({ startMethod: 'fork', target }).start();
let isFirst = true;
process.on('beforeExit', () => {
  if (isFirst) start(() => writeSync(1, 'began\n'));
  isFirst = false;
});
process.on('exit', () => {
  try {
    start(() => writeSync(1, 'a copy ran\n'));
  } catch (error) {
    writeSync(1, `${error.code}\n`);
  }
});
