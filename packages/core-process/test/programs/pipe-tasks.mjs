/** What the tests of pipes and queues run in children. */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pipe, Process } from 'core-process';

export async function echoAll(connection) {
  for await (const message of connection) await connection.send(message);
}

export async function sendAll(connection, messages) {
  for (const message of messages) await connection.send(message);
  connection.close();
}

/** A kilobyte each, without waiting for room. */
export function sendAllAtOnce(connection, count) {
  for (let sent = 0; sent < count; sent++) void connection.send('x'.repeat(1000));
  connection.close();
}

/** Sends, and leaves: what it has sent has to arrive all the same. */
export function sendAndReturn(connection, message) {
  void connection.send(message);
}

export async function sendAndExit(connection, message) {
  await connection.send(message);
  process.exit(3);
}

export async function receiveAll(connection) {
  const messages = [];
  for await (const message of connection) messages.push(message);
  return messages;
}

export async function sendSlowly(connection, messages) {
  for (const message of messages) {
    await sleep(20);
    await connection.send(message);
  }
  connection.close();
}

/** A message that is larger than what the kernel takes at once: the rest is with its process when that dies. */
export async function dieInMessage(connection) {
  await connection.recv();
  await connection.send('whole');
  void connection.send(Buffer.alloc(64 * 1024 * 1024));
  process.kill(process.pid, 'SIGKILL');
}

export function holdConnection(connection) {
  writeSync(1, 'holding\n');
  return new Promise((resolve) => setInterval(resolve, 1e9, connection));
}

/** Gives what it was given to a child of its own. */
export async function passOn(connection, message) {
  const child = new Process({ target: sendAndReturn, args: [connection, message] }).start();
  await child.join();
  return child.exitCode;
}

/** Receives connections over a connection, and answers on each. */
export async function answerOnEach(connection) {
  for await (const { reply, question } of connection) {
    await reply.send(`answer to ${question}`);
    reply.close();
  }
}

export async function makePipe(connection) {
  const [here, there] = Pipe();
  await connection.send(there);
  return await here.recv();
}

export async function pollInChild(connection) {
  const answers = [await connection.poll()];
  await connection.send('asked');
  answers.push(await connection.poll({ timeout: 30_000 }));
  answers.push(await connection.poll());
  return [answers, await connection.recv()];
}
