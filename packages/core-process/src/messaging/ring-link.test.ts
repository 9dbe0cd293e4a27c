/** Two sides in one process, where the order of things can be chosen. */
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { socketPair } from '../os/descriptors.js';
import { futexCalls } from '../os/futex.js';
import { createPayload, LARGE_BYTES, releasePayload } from '../os/large-memory.js';
import { createSharedPages } from '../os/shared-pages.js';
import { RING_LINK_BYTES, RingLink } from './ring-link.js';
import { StreamLink } from './stream-link.js';

it.runIf(futexCalls() !== undefined && existsSync('/dev/shm'))(
  'what was sent before an end is read after it: a large payload, and one behind it',
  async () => {
    const pages = createSharedPages(RING_LINK_BYTES);
    const futex = futexCalls();
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
    const payload = createPayload(0, Buffer.alloc(LARGE_BYTES, 'first'));
    void sender.send(payload);
    releasePayload(payload);
    void sender.send(Buffer.from('second'));
    sender.end();
    // It would be written over here, had the end freed it.
    const next = createPayload(0, Buffer.alloc(LARGE_BYTES, 'next'));

    const ended = new Promise<void>((resolve) => {
      const look = () => receiver.inbox.end !== undefined && resolve();
      receiver.inbox.watch(look);
      look();
    });
    await ended;
    expect(receiver.inbox.take()?.equals(Buffer.alloc(LARGE_BYTES, 'first'))).toBe(true);
    expect(String(receiver.inbox.take())).toBe('second');
    expect(receiver.inbox.end).toEqual({ error: undefined });
    releasePayload(next);
  },
);
