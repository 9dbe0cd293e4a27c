import { expect, test } from 'vitest';
import { takenByOthers } from './on-cpu.js';

const account = (end: number, onCpu: [number, number][], blocked: [number, number][] = []) => ({
  begin: 0,
  end,
  onCpu,
  blocked,
});

test('taking turns on one core, nobody is kept off by others', () => {
  const one = account(30, [
    [0, 10],
    [20, 30],
  ]);
  const other = account(40, [
    [10, 20],
    [30, 40],
  ]);
  expect(takenByOthers([one, other], 1)).toEqual([0, 0]);
});

test('a gap in which one is ready and none has the core is taken from those that are ready', () => {
  const ready = account(30, [
    [0, 10],
    [18, 30],
  ]);
  const waits = account(50, [[30, 50]], [[0, 30]]);
  expect(takenByOthers([ready, waits], 1)).toEqual([8, 0]);
});

test('with one of two cores taken, who is ready beside one that runs has lost half', () => {
  const runs = account(20, [[0, 20]]);
  const ready = account(30, [[20, 30]]);
  expect(takenByOthers([runs, ready], 2)).toEqual([0, 10]);
});

test('a third on two cores waits for its turn and is not kept off', () => {
  const two = [account(20, [[0, 20]]), account(20, [[0, 20]])];
  expect(takenByOthers([...two, account(30, [[20, 30]])], 2)).toEqual([0, 0, 0]);
});
