import { expect, test } from 'vitest';
import { seededRandom, xoshiro128 } from './random.js';

test("xoshiro128**: the numbers of the authors' C program, from state 0, 1, 2, 3", () => {
  const expected = [5760, 17280, 2966400, 32451840, 2604340873, 3891234569, 1254043636, 216095511];
  const random = xoshiro128([0, 1, 2, 3]);
  expect(expected.map(() => random.next())).toEqual(expected);
});

test('a seed gives the same draws each time, another seed others, all in range', () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 1000 }, () => random.below(6));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
  expect(new Set(draw(0))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});
