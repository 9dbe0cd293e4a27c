import { expect, it } from 'vitest';
import { Deque } from './deque.js';

it('gives what an array would give, over many steps', () => {
  const deque = new Deque<number>();
  const model: number[] = [];
  for (let step = 0; step < 20_000; step++) {
    switch ((step * 7919) % 5) {
      case 0:
      case 1:
        deque.push(step);
        model.push(step);
        break;
      case 2:
        if (step % 10 < 3) {
          deque.unshift(step);
          model.unshift(step);
        }
        break;
      default:
        if (step % 3 !== 0) {
          // oxlint-disable-next-line vitest/no-conditional-expect
          expect(deque.peek()).toBe(model[0]);
          expect(deque.shift()).toBe(model.shift());
        }
    }
  }
  expect(deque.length).toBe(model.length);
  expect(deque.drain()).toEqual(model);
  expect([deque.length, deque.shift(), deque.peek()]).toEqual([0, undefined, undefined]);
});
