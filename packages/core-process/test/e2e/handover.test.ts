/** Objects that say themselves how to be built again in another process. */
import { Process } from 'core-process';
import { expect, it } from 'vitest';
import { brokenBox, takeFrom, TicketBox } from '../programs/ticket-box.mjs';

it('an object is built again over there, once for each, and back again', async () => {
  const box = new TicketBox(['a']);
  const child = new Process({
    target: takeFrom,
    args: [{ boxes: [box, box], map: new Map([['box', box]]) }, box],
    stdio: 'ignore',
  }).start();
  const { isBox, isSame, taken, back } = await child.result;
  expect({ isBox, isSame, taken }).toEqual({ isBox: true, isSame: true, taken: child.pid });
  expect(back).toBeInstanceOf(TicketBox);
  expect(back?.tickets).toEqual(['a', process.pid]);
  await child.join();
});

it('a rebuild function that is not there fails the child with its name', async () => {
  const child = new Process({ target: takeFrom, args: [brokenBox, 1], stdio: 'ignore' } as never).start();
  await expect(child.result).rejects.toThrow(/no export "nothingThere"/);
  await child.join();
  expect(child.exit?.reason).toBe('threw');
});
