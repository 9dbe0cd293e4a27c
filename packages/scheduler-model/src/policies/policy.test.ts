// The engine against policies that break their contract: the error says what the policy did, and when.

import { expect, test } from 'vitest';
import {
  cpu,
  fcfs,
  InvalidInputError,
  io,
  type Policy,
  PolicyError,
  type Scheduler,
  simulate,
} from '../index.js';

const processes = [
  { name: 'a', script: [cpu(4), io(3), cpu(1)] },
  { name: 'b', arrival: 1, script: [cpu(2)] },
];

/** Fcfs with some of its methods replaced. */
function broken(change: Partial<Scheduler>): Policy {
  return { name: 'broken', start: (context) => ({ ...fcfs().start(context), ...change }) };
}

const failure = (policy: Policy, cores = 1): unknown => {
  try {
    simulate(processes, { policy, machine: { cores } });
  } catch (error) {
    return error;
  }
  return undefined;
};

test('a pid that is blocked', () => {
  const error = failure(broken({ pickNext: () => 1 }));
  expect(error).toBeInstanceOf(PolicyError);
  expect(error).toMatchObject({
    code: 'ERR_SCHEDULER_POLICY',
    policy: 'broken',
    method: 'pickNext',
    value: 1,
    time: 4,
    message:
      'policy "broken": pickNext() answered 1 at time 4; process "a" is blocked; ' +
      'return a pid that was enqueued and not dequeued since.',
  });
});

test('a pid that another core has', () => {
  const error = failure(broken({ dequeue: () => {} }), 2);
  expect(error).toMatchObject({ code: 'ERR_SCHEDULER_POLICY', method: 'pickNext', time: 1 });
  expect(String(error)).toContain('process "a" is on a core already');
});

test.each([0, 3, -1, 1.5, Number.NaN, null, '1'])('a pid that is none: %o', (pid) => {
  const error = failure(broken({ pickNext: () => pid as number }));
  expect(error).toMatchObject({ code: 'ERR_SCHEDULER_POLICY', method: 'pickNext', value: pid, time: 0 });
  expect(String(error)).toContain('no process has that pid; return one of 1 to 2');
});

test.each([0, -1, 1.5, Number.NaN, Infinity, null, '1'])('a slice that is none: %o', (slice) => {
  const error = failure(broken({ sliceFor: () => slice as number }));
  expect(error).toMatchObject({ code: 'ERR_SCHEDULER_POLICY', method: 'sliceFor', value: slice, time: 0 });
});

test('a method missing', () => {
  const error = failure({ name: 'broken', start: () => ({ pickNext: () => 1 }) as unknown as Scheduler });
  expect(error).toMatchObject({ code: 'ERR_SCHEDULER_POLICY', method: 'start' });
  expect(String(error)).toContain('return an object with a method enqueue().');
});

test('a policy that never picks stalls the run, which says so', () => {
  const run = simulate(processes, { policy: broken({ pickNext: () => undefined }) });
  expect(run).toMatchObject({ outcome: 'stalled', stalledBy: 'nothing-scheduled' });
  expect(run.processes[0]).toMatchObject({ response: undefined, completion: undefined, ready: 1 });
});

test('what a policy sees of a process cannot be changed', () => {
  const policy = broken({
    sliceFor(process) {
      (process as { remainingBurst: number }).remainingBurst = 0;
      return undefined;
    },
  });
  expect(failure(policy)).toBeInstanceOf(TypeError);
});

test.each([undefined, null, 'fcfs', fcfs, {}, { name: 'no start' }])('no policy at all: %o', (policy) => {
  expect(failure(policy as Policy)).toBeInstanceOf(InvalidInputError);
});

test('a policy of one run leaves nothing to the next', () => {
  const policy = fcfs();
  const [first, second] = [simulate(processes, { policy }), simulate(processes, { policy })];
  expect(JSON.stringify(second)).toBe(JSON.stringify(first));
});
