/** With a channel of Node to its parent, and a callback for all errors: neither is the copy's. Prints how that has ended. */
import { Process } from 'core-process';

process.setUncaughtExceptionCaptureCallback(() => console.log('the original was told'));
const child = new Process({
  startMethod: 'fork',
  target: () => {
    setTimeout(() => {
      throw new Error('in the copy');
    }, 1);
    return [process.connected, typeof process.send];
  },
}).start();
await child.join();
console.log(child.exitCode, JSON.stringify(await child.result));
process.disconnect();
