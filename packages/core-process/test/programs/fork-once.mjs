/** Prints whether a copy has run, or why there is none. */
import { Process } from 'core-process';

try {
  const main = process.pid;
  const child = new Process({ startMethod: 'fork', target: () => process.ppid === main }).start();
  console.log(await child.result);
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
}
