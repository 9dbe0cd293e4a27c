/** Starts a process when no descriptor is left, and another when there are some again. */
import { closeSync, openSync } from 'node:fs';
import { Process } from 'core-process';

const target = new URL('./tasks.mjs#add', import.meta.url);
const first = new Process({ target, args: [1, 1] }).start();
await first.result;

const held = [];
try {
  for (;;) held.push(openSync('/dev/null'));
} catch (error) {
  if (error.code !== 'EMFILE') throw error;
}
const child = new Process({ target, args: [1, 2] }).start();
const error = await child.result.catch((thrown) => thrown);
for (const fd of held) closeSync(fd);
console.log(error.code, error.cause.code);

const next = new Process({ target, args: [1, 2] }).start();
console.log('and then', await next.result);
