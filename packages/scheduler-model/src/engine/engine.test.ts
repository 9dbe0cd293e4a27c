// What the machine has beside cores and turns: locks, families, memory, devices, costs, caches, queues.

import { describe, expect, test } from 'vitest';
import {
  cpu,
  createSimulation,
  eevdf,
  exit,
  fcfs,
  fork,
  io,
  lock,
  type Operation,
  type Policy,
  type ProcessSpec,
  priority,
  type Run,
  roundRobin,
  simulate,
  slicesOf,
  unlock,
  wait,
  yieldCore,
} from '../index.js';

const rows = (run: Run, name: string): string[] =>
  [...run.trace]
    .filter(({ pid }) => run.processes[pid - 1]?.name === name)
    .map(({ time, reason }) => `${time} ${reason}`);

const turns = (run: Run): string[] =>
  slicesOf(run.trace).map(
    ({ pid, core, from, to }) => `${run.processes[pid - 1]?.name}@${core} ${from}-${to}`,
  );

describe('locks', () => {
  test('are handed over in order of waiting, and free ones cost nothing', () => {
    const work = (name: string, arrival: number): ProcessSpec => ({
      name,
      arrival,
      script: [lock('m'), cpu(2), io(2), cpu(1), unlock('m'), cpu(1)],
    });
    const run = simulate([work('a', 0), work('b', 1), work('c', 1)], { policy: fcfs() });
    expect(turns(run)).toEqual([
      'a@0 0-2',
      'b@0 2-2',
      'c@0 2-2',
      'a@0 4-6',
      'b@0 6-8',
      'b@0 10-12',
      'c@0 12-14',
      'c@0 16-18',
    ]);
    expect(run.processes.map(({ blocked }) => blocked)).toEqual([2, 5, 11]);
  });

  const inversion: ProcessSpec[] = [
    { name: 'low', priority: 3, script: [lock('bus'), cpu(4), unlock('bus'), cpu(1)] },
    { name: 'high', priority: 1, arrival: 1, script: [cpu(1), lock('bus'), cpu(1), unlock('bus')] },
    { name: 'middle', priority: 2, arrival: 2, script: [cpu(10)] },
  ];

  test('priority inversion: the middle one keeps the high one waiting, by way of the low one', () => {
    const run = simulate(inversion, { policy: priority() });
    expect(turns(run)).toEqual([
      'low@0 0-1',
      'high@0 1-2',
      'middle@0 2-12',
      'low@0 12-15',
      'high@0 15-16',
      'low@0 16-17',
    ]);
  });

  test('priority inheritance: the low one goes on until it gives the lock up', () => {
    // L. Sha, R. Rajkumar, J. Lehoczky, "Priority Inheritance Protocols" (1990), section III.
    const run = simulate(inversion, { policy: priority(), machine: { priorityInheritance: true } });
    expect(turns(run)).toEqual([
      'low@0 0-1',
      'high@0 1-2',
      'low@0 2-5',
      'high@0 5-6',
      'middle@0 6-16',
      'low@0 16-17',
    ]);
  });

  test('inheritance goes along a chain of holders', () => {
    const run = simulate(
      [
        { name: 'holds x', priority: 9, script: [lock('x'), cpu(5), unlock('x'), cpu(1)] },
        {
          name: 'holds y',
          priority: 8,
          arrival: 1,
          script: [lock('y'), lock('x'), cpu(1), unlock('x'), unlock('y')],
        },
        { name: 'urgent', priority: 0, arrival: 2, script: [lock('y'), cpu(1), unlock('y')] },
        { name: 'middle', priority: 5, arrival: 3, script: [cpu(20)] },
      ],
      { policy: priority(), machine: { priorityInheritance: true } },
    );
    const ends = new Map(run.processes.map(({ name, completion }) => [name, completion]));
    expect(ends.get('urgent')).toBe(7);
    expect(ends.get('middle')).toBe(27);
  });

  test('two that wait for each other: stalled, with the circle', () => {
    const run = simulate(
      [
        { name: 'a', script: [lock('m'), cpu(2), lock('n'), unlock('n'), unlock('m')] },
        { name: 'b', script: [lock('n'), cpu(2), lock('m'), unlock('m'), unlock('n')] },
        { name: 'c', script: [cpu(9)] },
      ],
      { policy: roundRobin({ quantum: 1 }) },
    );
    expect(run).toMatchObject({ outcome: 'stalled', stalledBy: 'deadlock' });
    expect(run.deadlock).toEqual([
      { process: 'a', waitsFor: 'lock n', heldBy: 'b' },
      { process: 'b', waitsFor: 'lock m', heldBy: 'a' },
    ]);
    expect(run.processes.map(({ completion }) => completion)).toEqual([undefined, undefined, 13]);
  });

  test('a parent that waits for a child which waits for its lock', () => {
    const child = { name: 'child', script: [lock('m'), unlock('m')] };
    const run = simulate([{ name: 'parent', script: [lock('m'), fork(child), wait(), unlock('m')] }], {
      policy: fcfs(),
    });
    expect(run.deadlock).toEqual([
      { process: 'parent', waitsFor: 'end of child', heldBy: 'child' },
      { process: 'child', waitsFor: 'lock m', heldBy: 'parent' },
    ]);
  });

  test('what an exiting process holds goes to the next', () => {
    const run = simulate(
      [
        { name: 'a', script: [lock('m'), cpu(3), exit(), cpu(99)] },
        { name: 'b', script: [lock('m'), cpu(1)] },
      ],
      { policy: fcfs() },
    );
    expect(run.processes.map(({ completion }) => completion)).toEqual([3, 4]);
  });
});

describe('families', () => {
  const child = (ticks: number, name = 'child'): ProcessSpec => ({ name, script: [cpu(ticks)] });

  test('a child is a zombie until its parent waits for it', () => {
    const run = simulate([{ name: 'parent', script: [fork(child(2)), cpu(5), wait(), cpu(1)] }], {
      policy: roundRobin({ quantum: 1 }),
    });
    expect(rows(run, 'child').slice(-2)).toEqual(['4 zombie', '7 reap']);
    expect(run.processes[1]).toMatchObject({ name: 'child', arrival: 0, completion: 4, zombie: 3 });
  });

  test('a parent that waits first is woken by the end, and reaps at once', () => {
    const run = simulate([{ name: 'parent', script: [fork(child(4)), wait('child'), cpu(1)] }], {
      policy: fcfs(),
    });
    expect(rows(run, 'child').slice(-2)).toEqual(['4 zombie', '4 reap']);
    expect(rows(run, 'parent')).toContain('4 child-exit');
  });

  test('without children wait goes on', () => {
    expect(simulate([{ name: 'a', script: [wait(), cpu(1)] }], { policy: fcfs() }).metrics.makespan).toBe(1);
  });

  const grandchild = (): ProcessSpec => ({ name: 'grandchild', script: [cpu(6)] });
  const tree = (): ProcessSpec[] => [
    {
      name: 'top',
      subreaper: true,
      script: [
        fork({ name: 'middle', script: [fork(grandchild()), cpu(1)] }),
        wait('middle'),
        cpu(9),
        wait('grandchild'),
      ],
    },
  ];

  test('an orphan goes to init, which waits for it at once', () => {
    const run = simulate(tree(), { policy: roundRobin({ quantum: 1 }) });
    expect(rows(run, 'grandchild').at(-1)).toMatch(/ exit$/);
    expect(run.processes[2]?.zombie).toBe(0);
  });

  test.each(['subreaper', 'flatten'] as const)(
    '%s: it goes to an ancestor, which has to wait for it',
    (reparent) => {
      const run = simulate(tree(), { policy: roundRobin({ quantum: 1 }), machine: { reparent } });
      const { zombie, completion } = run.processes[2] ?? {};
      expect(rows(run, 'grandchild').at(-1)).toBe(`${(completion ?? 0) + (zombie ?? 0)} reap`);
      expect(zombie).toBeGreaterThan(0);
    },
  );
});

describe('memory', () => {
  const big = (name: string, arrival: number, script: Operation[] = [cpu(5)]): ProcessSpec => ({
    name,
    arrival,
    memory: 6,
    script,
  });

  test('who does not fit waits for room, in order', () => {
    const run = simulate([big('a', 0), big('b', 1), big('c', 2)], {
      policy: fcfs(),
      machine: { memory: { size: 10 } },
    });
    expect(rows(run, 'b')).toEqual(['1 no-memory', '5 swapped-in', '5 dispatch', '10 exit']);
    expect(run.processes.map(({ completion, blocked }) => [completion, blocked])).toEqual([
      [5, 0],
      [10, 4],
      [15, 8],
    ]);
  });

  test('with a swap device a blocked process makes room, and is brought back when it wakes', () => {
    const run = simulate([big('a', 0, [cpu(2), io(4), cpu(2)]), big('b', 1)], {
      policy: fcfs(),
      machine: { memory: { size: 10, swapIn: 3 } },
    });
    // a is sent out at 2 for b, which ends at 7; a's answer is there at 6, its memory at 7 + 3.
    expect(rows(run, 'b')).toEqual(['1 no-memory', '2 swapped-in', '2 dispatch', '7 exit']);
    expect(rows(run, 'a').slice(-3)).toEqual(['10 swapped-in', '10 dispatch', '12 exit']);
  });
});

describe('devices', () => {
  test('serve so many at once, the others in order of issue', () => {
    const process = (name: string) => ({ name, script: [cpu(1), io(10, 'disk')] });
    const run = simulate([process('a'), process('b'), process('c')], {
      policy: fcfs(),
      machine: { devices: { disk: { capacity: 1 } } },
    });
    expect(run.processes.map(({ completion }) => completion)).toEqual([11, 21, 31]);
  });
});

describe('costs', () => {
  test('migration and wake-up are overhead of the process, beside the switch', () => {
    const run = simulate(
      [
        { name: 'a', script: [cpu(4), io(5), cpu(2)] },
        { name: 'b', arrival: 8, script: [cpu(20)] },
      ],
      { policy: fcfs(), machine: { cores: 2, contextSwitch: 1, migration: 3, wakeUp: 2 } },
    );
    // a: 1 + 2 to start, and after I/O, its core taken, 1 + 3 + 2.
    expect(run.processes[0]).toMatchObject({ overhead: 9, migrations: 1, completion: 7 + 5 + 6 + 2 });
  });

  test('a core of speed 3 takes a third of the time, rounded up', () => {
    const run = simulate([{ name: 'a', script: [cpu(10)] }], { policy: fcfs(), machine: { speeds: [3] } });
    expect(run.metrics.makespan).toBe(4);
  });

  test('a cold cache: at once warm again where it ran, cold where it did not', () => {
    const cache = { size: 10, warmUp: 4, warmRate: 2 };
    const run = simulate([{ name: 'a', workingSet: 8, script: [cpu(12), io(3), cpu(8)] }], {
      policy: fcfs(),
      machine: { cache },
    });
    // 4 ticks of 1 and 4 of 2, then 4 of 2.
    expect(run.metrics.makespan).toBe(8 + 3 + 4);
  });
});

describe('slices', () => {
  const pair: ProcessSpec[] = [
    { name: 'a', priority: 1, script: [cpu(3), io(1), cpu(5)] },
    { name: 'b', priority: 1, script: [cpu(9)] },
  ];

  test('carried: what is left of a slice is kept over I/O', () => {
    const full = simulate(pair, { policy: roundRobin({ quantum: 4 }) });
    const carried = simulate(pair, {
      policy: roundRobin({ quantum: 4 }),
      machine: { sliceAccounting: 'carried' },
    });
    expect(turns(full).slice(2, 3)).toEqual(['a@0 7-11']);
    expect(turns(carried).slice(2, 3)).toEqual(['a@0 7-8']);
  });

  test('none: nobody is put off', () => {
    const run = simulate(pair, { policy: roundRobin({ quantum: 1 }), machine: { sliceAccounting: 'none' } });
    expect(turns(run)).toEqual(['a@0 0-3', 'b@0 3-12', 'a@0 12-17']);
  });

  test('a timer: a slice that is over ends at the next interrupt', () => {
    const run = simulate(pair, { policy: roundRobin({ quantum: 3 }), machine: { timer: 5 } });
    expect(turns(run)).toEqual(['a@0 0-3', 'b@0 3-10', 'a@0 10-15', 'b@0 15-17']);
  });

  test('yield gives the core to the next, and keeps it if there is none', () => {
    const run = simulate(
      [
        { name: 'a', script: [cpu(2), yieldCore(), cpu(2)] },
        { name: 'b', script: [cpu(1)] },
      ],
      { policy: fcfs() },
    );
    expect(turns(run)).toEqual(['a@0 0-2', 'b@0 2-3', 'a@0 3-5']);
  });
});

describe('queues per core', () => {
  const work = (name: string, ticks: number): ProcessSpec => ({ name, script: [cpu(ticks)] });
  const four = [work('a', 10), work('b', 2), work('c', 10), work('d', 2)];

  test('without balancing a core may idle while the other has two', () => {
    const run = simulate(four, {
      policy: fcfs(),
      machine: { cores: 2, queues: 'per-core', balance: { onIdle: false } },
    });
    expect(run.processes.map(({ completion }) => completion)).toEqual([10, 2, 20, 4]);
  });

  test('an idle core takes from the longest queue', () => {
    const run = simulate(four, { policy: fcfs(), machine: { cores: 2, queues: 'per-core' } });
    expect(run.processes.map(({ completion }) => completion)).toEqual([10, 2, 14, 4]);
    expect(rows(run, 'c')).toContain('4 migrate');
  });

  test('eevdf in queues of its own evens out by balancing', () => {
    const simulation = createSimulation([work('a', 900), work('b', 900), work('c', 900)], {
      policy: eevdf({ slice: 4 }),
      machine: { cores: 2, queues: 'per-core', balance: { interval: 20 } },
    });
    simulation.goTo(600);
    const ran = simulation.processes.map((process) => process.ran);
    expect(ran.reduce((sum, ticks) => sum + ticks, 0)).toBe(1200);
  });
});

test('a policy may ask for a core back at a time of its choice', () => {
  const switching: Policy = {
    name: 'back at 5',
    start(context) {
      const ready: number[] = [];
      context.timerAt(5);
      return {
        enqueue: ({ pid }) => ready.push(pid),
        dequeue: ({ pid }) => ready.splice(ready.indexOf(pid), 1),
        pickNext: () => ready[0],
        sliceFor: () => undefined,
        timer: () => context.preempt(0),
      };
    },
  };
  const run = simulate(
    [
      { name: 'a', script: [cpu(8)] },
      { name: 'b', script: [cpu(1)] },
    ],
    { policy: switching },
  );
  expect(turns(run)).toEqual(['a@0 0-5', 'b@0 5-6', 'a@0 6-9']);
});

test('numbers may come from elsewhere', () => {
  const anyOf: Policy = {
    name: 'drawn',
    start({ random }) {
      const ready: number[] = [];
      return {
        enqueue: ({ pid }) => ready.push(pid),
        dequeue: ({ pid }) => ready.splice(ready.indexOf(pid), 1),
        pickNext: () => ready[random.below(ready.length)],
        sliceFor: () => undefined,
      };
    },
  };
  const processes = ['a', 'b', 'c'].map((name) => ({ name, script: [cpu(1)] }));
  const last = () => ({ next: () => 0, below: (bound: number) => bound - 1 });
  expect(turns(simulate(processes, { policy: anyOf, random: last }))).toEqual([
    'c@0 0-1',
    'b@0 1-2',
    'a@0 2-3',
  ]);
});
