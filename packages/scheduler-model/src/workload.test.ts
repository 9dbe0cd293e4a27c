// Bad input is refused before anything runs, by an error that names the field and what stood there.

import { describe, expect, test } from 'vitest';
import { cpu, fcfs, InvalidInputError, io, roundRobin, SchedulerModelError, simulate } from './index.js';

function failure(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

const NOT_TICKS = [-1, 0.5, Number.NaN, Infinity, 2 ** 53, '3', 3n, null, undefined, {}];
const valid = { name: 'a', arrival: 0, script: [cpu(1)] };
const run = (processes: unknown, options: object = {}) =>
  simulate(processes as [], { policy: fcfs(), ...options });

test.each(NOT_TICKS)('cpu(), io() and quanta refuse %o', (value) => {
  const given = value as number;
  expect(failure(() => cpu(given))).toMatchObject({ field: 'cpu(ticks)', value });
  expect(failure(() => io(given))).toMatchObject({ field: 'io(ticks)', value });
  const quantum = failure(() => roundRobin({ quantum: given }));
  expect(quantum).toMatchObject({ field: 'roundRobin(options).quantum', value });
  expect(quantum).toBeInstanceOf(SchedulerModelError);
});

describe('workloads written as data', () => {
  const twice = [valid, { ...valid, arrival: 3 }];
  const huge = { name: 'a', arrival: 1, script: [cpu(Number.MAX_SAFE_INTEGER)] };
  test.each([
    ['processes', undefined, undefined],
    ['processes', {}, {}],
    ['processes[0]', [null], null],
    ['processes[0].name', [{ ...valid, name: '' }], ''],
    ['processes[1].name', twice, 'a'],
    ['processes[0].arrival', [{ ...valid, arrival: -2 }], -2],
    ['processes[0].script', [{ ...valid, script: [] }], []],
    ['processes[0].script', [{ name: 'a' }], undefined],
    ['processes[0].script[1]', [{ ...valid, script: [cpu(1), 7] }], 7],
    ['processes[0].script[0]', [{ ...valid, script: Array.from({ length: 1 }) }], undefined],
    ['processes[0].script[0].kind', [{ ...valid, script: [{ kind: 'sleep' }] }], 'sleep'],
    ['processes[0].script[0].ticks', [{ ...valid, script: [{ kind: 'cpu', ticks: -3 }] }], -3],
    ['processes[0].script[0].device', [{ ...valid, script: [{ kind: 'io', ticks: 1, device: 7 }] }], 7],
    ['processes[0]: arrival and all ticks added up', [huge], 2 ** 53],
  ])('%s', (field, processes, value) => {
    const error = failure(() => run(processes));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ code: 'ERR_SCHEDULER_INVALID_INPUT', field, value });
  });

  test('the message says what, which and what to do', () => {
    expect(String(failure(() => run([{ ...valid, arrival: 1.5 }])))).toBe(
      'InvalidInputError: processes[0].arrival is 1.5; give an integer of 0 or more.',
    );
    expect(String(failure(() => run(twice)))).toBe(
      'InvalidInputError: processes[1].name is "a"; give a name that processes[0] does not have already.',
    );
  });
});

describe('options', () => {
  test.each([
    ['machine', { machine: 4 }, 4],
    ['machine.cores', { machine: { cores: 0 } }, 0],
    ['machine.cores', { machine: { cores: 1e6 } }, 1e6],
    ['machine.contextSwitch', { machine: { contextSwitch: -1 } }, -1],
    ['machine.unit', { machine: { unit: 3 } }, 3],
    ['seed', { seed: 1.5 }, 1.5],
    ['simultaneous', { simultaneous: 'both' }, 'both'],
    ['simultaneous', { simultaneous: 'toString' }, 'toString'],
    ['maxEvents', { maxEvents: 0 }, 0],
  ])('%s', (field, options, value) => {
    expect(failure(() => run([valid], options))).toMatchObject({ field, value });
  });

  test('none at all', () => {
    expect(failure(() => simulate([valid], undefined as never))).toMatchObject({ field: 'options' });
  });
});

test('what the caller changes afterwards has no effect', () => {
  const script = [cpu(1)];
  const result = run([{ name: 'a', script }]);
  script.push(cpu(5));
  expect(result.processes[0]?.run).toBe(1);
});
