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

test('a bound that does not divide 2^32 favours nobody', () => {
  // Taking the remainder alone would put half of the draws, not a third, into the first third.
  const random = seededRandom(7);
  const draws = Array.from({ length: 3000 }, () => random.below(3 * 2 ** 30));
  expect(draws.filter((draw) => draw < 2 ** 30).length / 3000).toBeCloseTo(1 / 3, 1);
});
