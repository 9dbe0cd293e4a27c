import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { frame } from './frame.js';
import { StreamLink } from './stream-link.js';

/** A link, the socket beneath it, and the other side's. */
async function connected() {
  const path = join(tmpdir(), `stream-link-${process.pid}.sock`);
  const server = createServer().listen(path);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const other = connect(path);
  const [socket] = (await once(server, 'connection')) as [Socket];
  return { link: new StreamLink(socket), socket, other };
}

it('an end is told of, even when everything had ended before', async () => {
  const { link, socket, other } = await connected();
  other.destroy();
  link.end();
  await once(socket, 'close');
  await expect(new Promise<void>((resolve) => link.endThen(resolve))).resolves.toBeUndefined();
});

it('two that ask for the end are both told', async () => {
  const { link, other } = await connected();
  const ended = Promise.all([0, 1].map(() => new Promise<void>((resolve) => link.endThen(resolve))));
  await expect(ended).resolves.toHaveLength(2);
  other.destroy();
});

it('what the other side sent before its end arrives, even if it was gone before it was answered', async () => {
  const { link, socket, other } = await connected();

  const first = new Promise<Buffer | undefined>((resolve) => {
    link.inbox.next((payload) => {
      // In this moment the other side sends once more and ends, and then it is answered.
      other.write(frame(Buffer.from('last')));
      other.destroy();
      void link.send(Buffer.from('answer'));
      resolve(payload);
    });
  });
  other.write(frame(Buffer.from('first')));
  expect(String(await first)).toBe('first');
  await once(socket, 'close');
  expect(String(link.inbox.take())).toBe('last');
  expect(link.inbox.end).toEqual({ error: undefined });
});
