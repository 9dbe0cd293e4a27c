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
          if (deque.peek() !== model[0] || deque.shift() !== model.shift()) {
            throw new Error(`Another one than the array's at step ${step}.`);
          }
        }
    }
  }
  expect(deque.length).toBe(model.length);
  expect(deque.drain()).toEqual(model);
  expect([deque.length, deque.shift(), deque.peek()]).toEqual([0, undefined, undefined]);
});

it('gives the first one that is meant, wherever it stands', () => {
  const deque = new Deque<number>();
  for (const item of [1, 2, 3, 2]) deque.push(item);
  deque.shift();
  expect(deque.take((item) => item === 3)).toBe(3);
  expect(deque.take((item) => item === 2)).toBe(2);
  expect(deque.take((item) => item === 3)).toBeUndefined();
  expect(deque.drain()).toEqual([2]);
});
