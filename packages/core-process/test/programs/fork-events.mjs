/**
 * Forks while events are on their way to the original, standard input among them:
 * node --single-threaded --v8-pool-size=1 fork-events.mjs FOLDER < LINES; prints JSON.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, unwatchFile, watch, watchFile, writeFileSync, writeSync } from 'node:fs';
import { createServer, connect, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Process } from 'core-process';

const folder = process.argv[2];
const main = process.pid;
const calls = new Map();
const called = (event) => {
  if (process.pid !== main) writeSync(1, `${event} of the original was told. `);
  calls.set(event, (calls.get(event) ?? 0) + 1);
};
const copies = [];
const fork = (place, target, stdio = 'pipe') =>
  copies.push({ place, child: new Process({ startMethod: 'fork', stdio, target }).start() });
const waitAWhile = async () => {
  await sleep(200);
  return 'nothing';
};

// What closes, or has just ended.
const server = createServer().listen(`${folder}/socket`);
await once(server, 'listening');
const client = connect(`${folder}/socket`);
const [accepted] = await once(server, 'connection');
client.on('close', () => called('close of a socket'));
accepted.on('close', () => called('close of its other side')).resume();
client.destroy();
fork('socket that closes', waitAWhile);
await sleep(20);

const ended = spawn('true', { stdio: ['ignore', 'pipe', 'ignore'] });
ended.stdout.on('end', () => called('end of a child\u2019s output')).resume();
ended.on('exit', () => {
  called('exit of a child');
  fork('child that has ended', waitAWhile);
});
await once(ended, 'close');

// What nothing waits for, and so Node does not list.
const sleeper = spawn('sleep', ['1000'], { stdio: 'ignore' });
sleeper.unref();
writeFileSync(`${folder}/file`, 'one');
watch(`${folder}/file`, () => called('change of a file that is watched')).unref();
watchFile(`${folder}/file`, { interval: 20, persistent: false }, () =>
  called('change of a file that is looked at'),
);
execFileSync('mkfifo', [`${folder}/fifo`]);
const fifo = new Socket({ fd: openSync(`${folder}/fifo`, 'r+'), readable: true, writable: false });
let fifoBytes = 0;
fifo.on('data', (data) => {
  fifoBytes += data.length;
  if (process.pid !== main) called('fifo');
});
fifo.unref();
await sleep(50);
fork('watchers', async () => {
  const isKilled = sleeper.kill();
  await sleep(300);
  return isKilled ? 'killed' : 'nothing';
});
const intoFifo = openSync(`${folder}/fifo`, 'w');
for (let line = 0; line < 20; line++) {
  writeSync(intoFifo, 'x');
  writeFileSync(`${folder}/file`, `${line}`);
  await sleep(10);
}
unwatchFile(`${folder}/file`);

// Standard input.
let text = '';
process.stdin.setEncoding('utf8').on('data', (data) => {
  if (process.pid === main) text += data;
  else called('standard input');
});
while (!text.includes('first')) await sleep(5);
fork('standard input that is read', waitAWhile);
writeSync(1, 'forked\n');
while (!text.includes('second')) await sleep(5);
process.stdin.pause();
await sleep(20);
const asks = async () => {
  writeSync(1, 'asks\n');
  for await (const chunk of process.stdin) return String(chunk);
  return 'end';
};
fork('standard input that the copy asks for', asks, 'inherit');

const ends = [];
for (const { place, child } of copies) {
  await child.join();
  ends.push([place, await child.result.catch(String), (await child.stdout?.text()) ?? '']);
}
fifo.destroy();
server.close();
const sleeperLives = sleeper.exitCode === null && sleeper.signalCode === null;
sleeper.ref();
sleeper.kill('SIGKILL');
await once(sleeper, 'exit');
console.log(JSON.stringify({ ends, calls: [...calls.keys()], fifoBytes, sleeperLives, text }));
// Standard input stays open.
process.exit();
