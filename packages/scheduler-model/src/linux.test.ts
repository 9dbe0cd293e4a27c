// The preset against what the reference machine showed (Linux 6.18, HZ 250): slices of 3.99 ms for two busy
// loops on one core, 3.01 times as much for nice 0 as for nice 5.

import { expect, test } from 'vitest';
import { cpu, createSimulation, fork, InvalidInputError, io, linux, predict, wait } from './index.js';

test('two busy loops: slices of 4 ms, from one timer interrupt to the next', () => {
  const { sliceLength, makespan } = predict([
    { name: 'a', script: [cpu(400)] },
    { name: 'b', script: [cpu(400)] },
  ]);
  expect(sliceLength).toBeCloseTo(4, 1);
  expect(makespan).toBeCloseTo(800, 0);
});

test('nice 0 beside nice 5: about 3.01 to 1', () => {
  const simulation = createSimulation(
    [
      { name: 'a', nice: 0, script: [cpu(60_000_000)] },
      { name: 'b', nice: 5, script: [cpu(60_000_000)] },
    ],
    { ...linux(), maxEvents: 1e9 },
  );
  simulation.goTo(10_000_000);
  const [a, b] = simulation.processes.map(({ ran }) => ran) as [number, number];
  expect(a / b).toBeGreaterThan(2.95);
  expect(a / b).toBeLessThan(3.12);
});

test('one that waits is not kept waiting for long by one that computes', () => {
  const [computes, waits] = predict([
    { name: 'computes', script: [cpu(200)] },
    { name: 'waits', script: Array.from({ length: 10 }, () => [cpu(2), io(10)]).flat() },
  ]).processes;
  expect(computes?.turnaround).toBeLessThan(221);
  expect(waits?.turnaround).toBeLessThan(10 * (2 + 10 + 8));
});

test('two cores: half the time for work that can be shared, by balancing', () => {
  const four = ['a', 'b', 'c', 'd'].map((name) => ({ name, script: [cpu(100)] }));
  expect(predict(four, { cores: 2 }).makespan).toBeCloseTo(200, -1);
});

test('in microseconds, with children, and with what is wrong named', () => {
  const child = { name: 'child', script: [cpu(300)] };
  const { makespan } = predict([{ name: 'parent', script: [fork(child), wait()] }], { unit: 'µs' });
  expect(makespan).toBe(306);
  expect(() => predict([{ name: 'a', script: [{ kind: 'cpu', ticks: 0.5 / 1000 }] }])).toThrow(
    InvalidInputError,
  );
  expect(() => predict(undefined as never)).toThrow('processes is undefined');
  expect(() => linux({ hz: 0 })).toThrow('linux(options).hz');
});
