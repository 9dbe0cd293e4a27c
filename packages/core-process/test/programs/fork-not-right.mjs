/** Makes a copy impossible to put right, with nobody to tell: it must end all the same. Prints how it ended. */
import { Process } from 'core-process';

const main = process.pid;
process.eventNames = () => {
  throw new Error('not in this program');
};
let child;
try {
  child = new Process({ startMethod: 'fork', target: () => 1 }).start();
} finally {
  if (process.pid !== main) console.log('The copy goes on as its original.');
}
await child.join();
console.log(child.exitCode);
