import { expect, it } from 'vitest';
import { PendingWait } from './pending-wait.js';

const late = new Error('late');
const begin = (timeout: number, signal?: AbortSignal) =>
  new PendingWait({ timeout, signal, shared: false }, () => late);

it('ends by what it waits for', async () => {
  using wait = begin(Infinity);
  expect(await wait.until((done) => (setImmediate(done, 'came'), () => undefined))).toBe('came');
});

it('gives up once, and takes back what it began', async () => {
  using wait = begin(5);
  let takenBack = 0;
  await expect(wait.until(() => () => void takenBack++)).rejects.toBe(late);
  wait.cancel(new Error('again'));
  expect(takenBack).toBe(1);
  expect(() => wait.throwIfCancelled()).toThrow(late);
});

it('with a time-out of 0 does not wait at all', async () => {
  using wait = begin(0);
  let begun = false;
  await expect(wait.until(() => ((begun = true), () => undefined))).rejects.toBe(late);
  expect(begun).toBe(false);
});

it('an abort gives its own reason, also one that came before', async () => {
  const reason = { my: 'reason' };
  using early = begin(Infinity, AbortSignal.abort(reason));
  expect(() => early.throwIfCancelled()).toThrow(expect.objectContaining(reason));
  const controller = new AbortController();
  using wait = begin(Infinity, controller.signal);
  const waiting = wait.until(() => () => undefined);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

it('a time-out longer than a timer can run does not fire at once', async () => {
  using wait = begin(2 ** 40);
  expect(await wait.until((done) => (setTimeout(done, 20, 'came'), () => undefined))).toBe('came');
});
