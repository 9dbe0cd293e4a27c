/** What the tests of forkserver run in copies. */
import { randomInt, randomUUID } from 'node:crypto';
import { existsSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainProcess, parentProcess, Process, setForkServerPreload } from 'core-process';

export { stopForkServer } from 'core-process';

// Drawn before any copy is made: what is drawn ahead with it must not be the same in two copies.
randomUUID();
globalThis.crypto.randomUUID();
randomInt(10);
Math.random();
console.log(`imported by ${isMainProcess ? 'main' : 'child'}`);
export const importedBy = process.pid;
const server = createServer().listen(0);
const { port } = server.address();
server.unref();
process.on('exit', () => writeSync(1, 'exit handler of the module\n'));

/** 200 megabytes, as a program's own table might be. */
const table = process.env['WITH_TABLE'] === '1' ? Buffer.alloc(200 << 20, 1) : undefined;

export const draw = () => [randomUUID(), globalThis.crypto.randomUUID(), Math.random(), randomInt(2 ** 47)];
export async function whoImported() {
  const answer = await new Promise((resolve) => {
    connect(port, '127.0.0.1')
      .once('connect', () => resolve('somebody listens'))
      .once('error', ({ code }) => resolve(code));
  });
  return { importedBy, pid: process.pid, answer };
}
export function speak() {
  console.log('to stdout');
  console.error('to stderr');
}
export function throwLater() {
  process.on('exit', (code) => writeSync(1, `exit ${code}\n`));
  setTimeout(() => {
    throw new RangeError('later');
  }, 1);
  return new Promise(() => {});
}
export async function waitForParent() {
  writeSync(1, `up ${process.pid}\n`);
  await parentProcess().join();
  writeSync(1, 'orphan\n');
}
/** Reads a byte of every page of the table, stays until there is `go` in the folder, and reads them again. */
export async function readTable(folder) {
  writeSync(1, `read ${sumOfTable()}\n`);
  while (!existsSync(`${folder}/go`)) await sleep(10);
  return sumOfTable();
}
function sumOfTable() {
  let sum = 0;
  for (let at = 0; at < table.length; at += 4096) sum += table[at];
  return sum;
}
/** Writes into every page of the table, and reads it again after V8 has collected. */
export function writeTable(value) {
  for (let at = 0; at < table.length; at += 4096) table[at] = value;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return sumOfTable();
}
if (isMainProcess) {
  // A parent for the tests to kill: starts one process after the other, and says who is there.
  const [, , daemon] = process.argv;
  setForkServerPreload([import.meta.url]);
  process.on('exit', () => {});
  const start = () => {
    const child = new Process({
      target: waitForParent,
      startMethod: 'forkserver',
      daemon: daemon === 'daemon',
    }).start();
    void child.sentinel.then(() => start());
  };
  // A daemon would not keep it.
  setInterval(() => {}, 1e9);
  writeSync(1, 'parent\n');
  start();
}
