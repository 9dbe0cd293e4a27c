import { expect, it } from 'vitest';
import { findCircle } from './deadlock-watch.js';

const lock = (path: string) => ({ path, what: path });
const wait = (id: string, waitsFor: string, ...holds: string[]) => ({
  id,
  pid: 1,
  waitsFor: lock(waitsFor),
  holds: holds.map(lock),
  since: 0,
});
const circleOf = (start: string, ...waits: ReturnType<typeof wait>[]) =>
  findCircle(waits, start).map(({ id }) => id);

it('finds two that wait for each other, and three in a ring, beside others that only wait', () => {
  expect(circleOf('p', wait('p', 'b', 'a'), wait('q', 'a', 'b'), wait('r', 'a'))).toEqual(['p', 'q']);
  const ring = [wait('p', 'b', 'a'), wait('q', 'c', 'b'), wait('r', 'a', 'c')];
  expect(circleOf('q', ...ring)).toEqual(['q', 'r', 'p']);
});

it('who only waits for those in a circle is in none; nor is a line one', () => {
  expect(circleOf('s', wait('s', 'a'), wait('p', 'b', 'a'), wait('q', 'a', 'b'))).toEqual([]);
  expect(circleOf('p', wait('p', 'b', 'a'), wait('q', 'c', 'b'))).toEqual([]);
  expect(circleOf('p')).toEqual([]);
});

it('one that waits for what it holds itself is a circle of one', () => {
  expect(circleOf('p', wait('p', 'a', 'a'))).toEqual(['p']);
});
