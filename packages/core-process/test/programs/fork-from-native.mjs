/**
 * Forks from what C++ has called, with more for C++ to call: the thread pool, children, ports, modules, other programs
 * in this one. node --single-threaded --v8-pool-size=1 fork-from-native.mjs; prints JSON.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup, Resolver } from 'node:dns';
import { stat } from 'node:fs';
import { stat as promiseOfStat } from 'node:fs/promises';
import { Session } from 'node:inspector';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflate } from 'node:zlib';
import { called, fork, report } from './fork-places.mjs';

/** The loop has all of it to tell of in one turn. */
function standStill() {
  const end = performance.now() + 50;
  while (performance.now() < end);
}

/** Four times at once; the second to be answered forks. */
async function four(name, request) {
  let answered = 0;
  const answers = [0, 1, 2, 3].map(
    (index) =>
      new Promise((resolve) => {
        request(() => {
          called(`${name} ${index}`);
          if (++answered === 2) fork(name);
          resolve();
        });
      }),
  );
  standStill();
  await Promise.all(answers);
}
await four('file system', (done) => stat('/', done));
await four('random numbers', (done) => randomBytes(8, done));
await four('compression', (done) => deflate('x'.repeat(1000), done));
await four('names', (done) => lookup('localhost', done));
await four('promises of files', async (done) => done(await promiseOfStat('/')));
await four('children', (done) => spawn('true').on('exit', done));

// A server that never answers.
const server = createSocket('udp4').unref();
await new Promise((resolve) => server.bind(0, '127.0.0.1', resolve));
const resolver = new Resolver({ timeout: 100, tries: 1 });
resolver.setServers([`127.0.0.1:${server.address().port}`]);
const timedOut = new Promise((resolve) => resolver.resolve4('example.org', resolve));
void timedOut.then(() => called('time-out of a name server'));
fork('name server', () => sleep(300));
await timedOut;

const { port1, port2 } = new MessageChannel();
await new Promise((resolve) => {
  port2.on('message', (data) => {
    called(`message ${data}`);
    if (data === 1) fork('port');
    if (data === 3) resolve();
  });
  for (let index = 0; index < 4; index++) port1.postMessage(index);
});
port1.close();

const [speaker, hearer] = [new BroadcastChannel('fork'), new BroadcastChannel('fork')];
await new Promise((resolve) => {
  hearer.addEventListener('message', ({ data }) => {
    called(`broadcast ${data}`);
    if (data === 1) fork('broadcast');
    if (data === 3) resolve();
  });
  for (let index = 0; index < 4; index++) speaker.postMessage(index);
});
speaker.close();
hearer.close();
await sleep(5);

const session = new Session();
session.connect();
Object.assign(globalThis, { fork, called });
const expression = 'try { fork("inspector") } finally { called("finally, in the inspector") }';
session.post('Runtime.evaluate', { expression }, () => called('inspector'));
session.disconnect();

// (module (import "a" "b" (func)) (start 0))
const bytes = Buffer.from('0061736d01000000010401600000020701016101620000080100', 'hex');
const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
  a: { b: () => fork('WebAssembly') },
});
called(String(instance));

await import('./fork-imports-common.mjs');
called('importer of the importer');

await report();
