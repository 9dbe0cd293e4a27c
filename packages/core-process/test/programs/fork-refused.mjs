/** Forks where it can't, and once where it can: node --single-threaded --v8-pool-size=1 fork-refused.mjs FILE; prints JSON. */
import { once } from 'node:events';
import { watch, writeFileSync } from 'node:fs';
import { Process } from 'core-process';

const main = process.pid;
const found = {};
const start = () => new Process({ startMethod: 'fork', target: () => process.ppid === main }).start();
function reasonFor(place) {
  try {
    start();
    found[place] = 'started';
  } catch (error) {
    found[place] = error.code ?? error.name;
  }
}

writeFileSync(process.argv[2], '');
const watcher = watch(process.argv[2]);
const changed = once(watcher, 'change');
watcher.on('change', () => {
  watcher.close();
  reasonFor('in a listener of a file watcher');
});
writeFileSync(process.argv[2], 'changed');
await changed;
reasonFor('behind a promise that it has settled');
await new Promise((resolve) => setImmediate(resolve));
found.later = await start().result;

(function fill() {
  try {
    fill();
  } catch {
    if (found['at the end of the stack'] === undefined) reasonFor('at the end of the stack');
  }
})();
console.log(JSON.stringify(found));
