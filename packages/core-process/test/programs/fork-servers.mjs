/**
 * Forks while connections are in use, and serves anew in each copy: what Node shares between all of them must work
 * there. node --single-threaded --v8-pool-size=1 fork-servers.mjs; prints JSON.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { Process } from 'core-process';

/** Both sides know it: no certificate is needed. */
const secret = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  checkServerIdentity: () => undefined,
};
const psk = randomBytes(32);

async function listening(server) {
  await once(server.listen(0, 'localhost'), 'listening');
  return server;
}
const serveTls = () =>
  listening(
    tls.createServer({ ...secret, pskCallback: () => psk }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => socket.write(data));
    }),
  );
async function connectTls(server) {
  const socket = tls.connect({
    ...secret,
    pskCallback: () => ({ psk, identity: 'copy' }),
    port: server.address().port,
    host: 'localhost',
  });
  await once(socket, 'secureConnect');
  return socket;
}
const serveHttp2 = () => listening(http2.createServer((request, response) => response.end('answer')));
const connectHttp2 = (server) => http2.connect(`http://localhost:${server.address().port}`);
function ask(session) {
  const request = session.request({ ':path': '/' });
  request.setEncoding('utf8').end();
  return request;
}
const serveHttp = () => listening(http.createServer((request, response) => response.end()));
async function dateOf(server) {
  const request = http.get({ port: server.address().port, host: 'localhost', agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
  return response.headers.date;
}

/** By the agent that keeps connections: one of the original must not be used by a copy. */
async function askByAgent() {
  const [response] = await once(http.get({ port: keptPort, host: 'localhost' }), 'response');
  response.resume();
  await once(response, 'end');
  return response.statusMessage;
}

async function useAll() {
  const [tlsServer, http2Server, httpServer] = await Promise.all([serveTls(), serveHttp2(), serveHttp()]);
  const socket = await connectTls(tlsServer);
  socket.setEncoding('utf8').write('echo');
  const [echo] = await once(socket, 'data');
  const session = connectHttp2(http2Server);
  const [answer] = await once(ask(session), 'data');
  const first = await dateOf(httpServer);
  let last = first;
  for (let look = 0; last === first && look < 100; look++) {
    await sleep(50);
    last = await dateOf(httpServer);
  }
  socket.destroy();
  session.destroy();
  for (const server of [tlsServer, http2Server, httpServer]) server.close();
  return { tls: echo, http2: answer, agent: await askByAgent(), dateMoves: last !== first };
}

/** The original's, for all. */
const kept = await serveHttp();
const { port: keptPort } = kept.address();
const copies = [];
const fork = (place) => copies.push([place, new Process({ startMethod: 'fork', target: useAll }).start()]);

const tlsServer = await serveTls();
const socket = await connectTls(tlsServer);
socket.on('data', () => undefined);
socket.write('first');
fork('tls');
await new Promise((resolve) => {
  socket.write('second', () => {
    fork('tls that has written');
    resolve();
  });
});

const http2Server = await serveHttp2();
const session = connectHttp2(http2Server);
await once(session, 'connect');
const request = ask(session);
fork('http2');
await once(request, 'data');

const httpServer = await serveHttp();
await askByAgent();
// Node keeps the date until a timer of its own takes it back.
await dateOf(httpServer);
fork('http');

socket.destroy();
session.destroy();
for (const server of [tlsServer, http2Server, httpServer]) server.close();
const results = { original: await useAll() };
for (const [place, child] of copies) results[place] = await child.result.catch(String);
for (const [, child] of copies) await child.join();
kept.close();
console.log(JSON.stringify(results));
