/** A copy made right after a busy socket was destroyed: node --single-threaded --v8-pool-size=1 fork-after-destroy.mjs */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Process } from 'core-process';

const path = `\0fork-after-destroy-${process.pid}`;
// Takes nothing, so that something is left to be written.
const server = createServer((socket) => socket.pause()).listen({ path });
const client = connect({ path });
await once(client, 'connect');
while (client.writableLength === 0) client.write(Buffer.alloc(1000));
client.destroy();
const child = new Process({ startMethod: 'fork', stdio: 'ignore', target: () => 'it lives' }).start();
console.log(await child.result);
await child.join();
console.log(child.exit.reason, child.exit.exitCode);
server.close();
process.exit();
