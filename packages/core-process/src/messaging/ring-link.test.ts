/** Two sides in one process, where the order of things can be chosen. */
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { socketPair } from '../os/descriptors.js';
import { futexCalls } from '../os/futex.js';
import { createPayload, LARGE_BYTES, releasePayload } from '../os/large-memory.js';
import { createSharedPages } from '../os/shared-pages.js';
import { RING_LINK_BYTES, RingLink } from './ring-link.js';
import { StreamLink } from './stream-link.js';

const futex = futexCalls();

/** Both sides of a link, and what the receiver will have got when the sender's end arrives. */
function linkPair() {
  const pages = createSharedPages(RING_LINK_BYTES);
  if (pages === undefined || futex === undefined) throw new Error('There is no shared memory.');
  const streams = socketPair({ blocks: false }).map(
    (fd) => new StreamLink(new Socket({ fd, readable: true, writable: true })),
  );
  const [sender, receiver] = streams.map(
    (stream, side) => new RingLink(stream, pages.buffer, side as 0 | 1, futex),
  ) as [RingLink, RingLink];
  onTestFinished(() => {
    receiver.destroy();
    pages.discard();
  });
  const ended = new Promise<void>((resolve) => {
    const look = () => receiver.inbox.end !== undefined && resolve();
    receiver.inbox.watch(look);
  });
  return { sender, receiver, ended };
}

describe.runIf(futex !== undefined && existsSync('/dev/shm'))(
  'what was sent before an end is read after it',
  () => {
    it('a large payload, and one behind it', async () => {
      const { sender, receiver, ended } = linkPair();
      const payload = createPayload(0, Buffer.alloc(LARGE_BYTES, 'first'));
      void sender.send(payload);
      releasePayload(payload);
      void sender.send(Buffer.from('second'));
      sender.end();
      // It would be written over here, had the end freed it.
      const next = createPayload(0, Buffer.alloc(LARGE_BYTES, 'next'));

      await ended;
      expect(receiver.inbox.take()?.equals(Buffer.alloc(LARGE_BYTES, 'first'))).toBe(true);
      expect(String(receiver.inbox.take())).toBe('second');
      expect(receiver.inbox.end).toEqual({ error: undefined });
      releasePayload(next);
    });

    it('payloads for which there was no room yet, a large one among them', async () => {
      const { sender, receiver, ended } = linkPair();
      const sent = Array.from({ length: 1000 }, (_, index) =>
        index === 900 ? Buffer.alloc(LARGE_BYTES, 'large') : Buffer.alloc(1000, String(index)),
      );
      for (const payload of sent) void sender.send(payload);
      expect(sender.hasUnsent).toBe(true);
      const isThrough = new Promise<void>((resolve) => sender.endThen(resolve));
      // Whoever has the memory gives it back when this is set.
      expect(sender.inbox.end).toBeUndefined();

      await ended;
      for (const [index, payload] of sent.entries()) {
        expect([index, receiver.inbox.take()?.equals(payload)]).toEqual([index, true]);
      }
      expect(receiver.inbox.end).toEqual({ error: undefined });
      await isThrough;
    });

    it('payloads for which there was no room do not keep a sender whose receiver is gone', async () => {
      const { sender, receiver } = linkPair();
      for (let index = 0; index < 1000; index++) void sender.send(Buffer.alloc(1000));
      const isThrough = new Promise<void>((resolve) => sender.endThen(resolve));
      receiver.destroy();
      await expect(isThrough).resolves.toBeUndefined();
    });
  },
);
