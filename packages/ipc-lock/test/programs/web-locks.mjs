/**
 * A client of a lock manager, as WPT's resources/worker.js. `node web-locks.mjs [ADDRESS]`; each line of stdin is JSON:
 * `["request", id, name, options]` holds a lock until `["release", id]`; `["query"]`; each answer is a line.
 */
import { createInterface } from 'node:readline';
import { locks } from 'ipc-lock';

async function open(address) {
  if (address === undefined) return locks;
  const { module, export: rebuild, data } = JSON.parse(address);
  return (await import(module))[rebuild](data);
}

const manager = await open(process.argv[2]);
const releases = new Map();

function request(id, name, options) {
  const held = (lock) =>
    new Promise((release) => {
      releases.set(id, release);
      console.log(`granted ${id} ${JSON.stringify(lock)}`);
    });
  manager.request(name, options, held).then(
    () => console.log(`ended ${id}`),
    (error) => console.log(`failed ${id} ${error.name}`),
  );
}

console.log('ready');
for await (const line of createInterface(process.stdin)) {
  const [operation, ...args] = JSON.parse(line);
  if (operation === 'request') request(...args);
  else if (operation === 'release') releases.get(args[0])();
  else console.log(`state ${JSON.stringify(await manager.query())}`);
}
