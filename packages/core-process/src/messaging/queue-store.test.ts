/** What e2e tests would take days to come to: the count of deliveries beginning anew. */
import { expect, it } from 'vitest';
import { Deque } from '../deque.js';
import { QueueStore, type Taker } from './queue-store.js';

const taker = (delivered: number): Taker => ({
  wants: 0,
  unconfirmed: new Deque(),
  unconfirmedBytes: 0,
  delivered,
  ahead: { items: 10, bytes: 1000 },
  isRecalled: false,
  deliver: () => undefined,
  recall: () => undefined,
});

it.each([0, 2 ** 31 - 2, 2 ** 32 - 2])('confirms up to a delivery, counted on from %i', (delivered) => {
  const store = new QueueStore(Infinity);
  const other = taker(delivered);
  for (const text of ['one', 'two', 'three', 'four']) store.put(Buffer.from(text), () => undefined);
  for (let count = 0; count < 4; count++) store.tryTake(other);
  expect([store.size, other.unconfirmedBytes]).toEqual([4, 15]);
  // An earlier word, as of a process that has confirmed nothing of these.
  store.confirm(other, delivered);
  expect(store.size).toBe(4);
  store.confirm(other, (delivered + 3) | 0);
  expect([store.size, other.unconfirmed.peek()?.payload.toString()]).toEqual([1, 'four']);
  store.leave(other);
  expect(store.tryTake(taker(0))?.payload.toString()).toBe('four');
});
