/** A busy process that forks itself: node --single-threaded --v8-pool-size=1 fork-copy.mjs SOCKET; prints JSON. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFile, readFileSync } from 'node:fs';
import { readFile as read } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { activeChildren, isMainProcess, parentProcess, Process } from 'core-process';

const main = process.pid;
const strays = [];
/** What the copy must never do: it tells by its exit code. */
const notInCopy = (what) => {
  if (process.pid !== main) {
    console.log(`in the copy: ${what}`);
    process.exit(99);
  }
};

let counter = 41;
process.on('exit', () => notInCopy('exit handler'));
const interval = setInterval(() => notInCopy('interval'), 1);
const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(process.argv[2]);
const client = connect(process.argv[2]);
await once(client, 'connect');
const child = spawn('sleep', ['1000'], { stdio: 'ignore' });

const copy = (target, options = {}) =>
  new Process({ startMethod: 'fork', stdio: 'ignore', target, ...options }).start();

async function look(label) {
  readFile('/proc/self/stat', () => notInCopy('callback of a file read'));
  try {
    const p = copy(
      async (given) => {
        counter++;
        await sleep(5);
        const stat = await read('/proc/self/stat', 'utf8');
        return {
          given,
          counter,
          isMainProcess,
          pid: process.pid,
          ppid: process.ppid,
          statIsMine: stat.startsWith(`${process.pid} `),
          parent: parentProcess().pid,
          children: activeChildren().length,
          killed: child.kill(),
        };
      },
      { args: [label] },
    );
    const result = await p.result;
    await p.join();
    strays.push({ label, reason: p.exit.reason, ...result, pid: result.pid === p.pid });
  } finally {
    notInCopy('finally of the caller');
  }
}

await look('top level');
await new Promise((resolve) => setTimeout(() => resolve(look('timer')), 1));
await new Promise((resolve) => setImmediate(() => resolve(look('immediate'))));
await new Promise((resolve) => process.nextTick(() => resolve(look('tick'))));
await read('/proc/self/stat');
await look('promise');

// libuv is about to have its socket watched for room, too.
const writer = connect(process.argv[2]).resume();
await once(writer, 'connect');
await sleep(5);
writer.write(Buffer.alloc(4 << 20));
await look('write that waits');
writer.destroy();

class Adder extends Process {
  #secret = 7;
  run() {
    return this.#secret * 2;
  }
}
const thrower = copy(() => {
  throw new RangeError('thrown in the copy');
});
await thrower.join();
const never = copy(() => new Promise(() => {}));
await never.join();
const nested = copy(async () => {
  const inner = copy(() => [process.ppid, counter]);
  return [process.pid, ...(await inner.result)];
});
const [middle, innerParent, innerCounter] = await nested.result;

/** Pages of V8's heap that copies would miss: those that it has begun since the first copy, too. */
const kept = Array.from({ length: 300_000 }, (_, index) => ({ index }));
const missingInCopies = readFileSync('/proc/self/smaps', 'latin1').match(/^VmFlags:.* dc( |$)/gm) ?? [];

client.write('ping');
const [echo] = await once(client, 'data');
console.log(
  JSON.stringify({
    main,
    looks: strays,
    subclass: await new Adder({ startMethod: 'fork' }).start().result,
    thrown: await thrower.result.catch(({ name, message }) => `${name}: ${message}`),
    never: [never.exitCode, await never.result.catch(({ code }) => code)],
    nested: [middle === innerParent, innerCounter],
    missingInCopies: [kept.length, missingInCopies.length],
    // The original is as it was.
    counter,
    echo: String(echo),
    socketFile: existsSync(process.argv[2]),
    childLives: child.exitCode === null && child.signalCode === null,
  }),
);
clearInterval(interval);
client.destroy();
server.close();
child.kill();
