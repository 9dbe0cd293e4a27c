// The policies by the numbers of textbooks. OSC: Silberschatz, Galvin, Gagne, "Operating System Concepts",
// 10th edition. OSTEP: Arpaci-Dusseau, "Operating Systems: Three Easy Pieces".

import { describe, expect, test } from 'vitest';
import {
  cfs,
  cpu,
  edf,
  eevdf,
  io,
  lottery,
  mlfq,
  type Policy,
  type ProcessSpec,
  periodicTasks,
  priority,
  rateMonotonic,
  type Run,
  simulate,
  slicesOf,
  srtf,
  stride,
} from '../index.js';

const order = (run: Run): string =>
  slicesOf(run.trace)
    .map(({ pid }) => run.processes[pid - 1]?.name)
    .join(' ');
const waiting = (run: Run) => run.processes.map((process) => process.waiting);

test('srtf, OSC 5.3.2: arrivals 0 to 3, bursts 8, 4, 9, 5 wait 6.5 on average', () => {
  const bursts = [8, 4, 9, 5];
  const run = simulate(
    bursts.map((ticks, index) => ({ name: `P${index + 1}`, arrival: index, script: [cpu(ticks)] })),
    { policy: srtf() },
  );
  expect(waiting(run)).toEqual([9, 0, 15, 2]);
  expect(run.metrics.meanWaiting).toBe(6.5);
});

describe('priority', () => {
  test('OSC 5.3.4: bursts 10, 1, 2, 1, 5 of priorities 3, 1, 4, 5, 2 wait 8.2 on average', () => {
    const jobs: [number, number][] = [
      [10, 3],
      [1, 1],
      [2, 4],
      [1, 5],
      [5, 2],
    ];
    const processes = jobs.map(([ticks, rank], index) => ({
      name: `P${index + 1}`,
      priority: rank,
      script: [cpu(ticks)],
    }));
    for (const preemptive of [true, false]) {
      expect(simulate(processes, { policy: priority({ preemptive }) }).metrics.meanWaiting).toBe(8.2);
    }
  });

  const late: ProcessSpec[] = [
    { name: 'low', priority: 5, script: [cpu(4)] },
    { name: 'high', priority: 1, arrival: 1, script: [cpu(2)] },
  ];

  test('with and without preemption', () => {
    expect(order(simulate(late, { policy: priority() }))).toBe('low high low');
    expect(order(simulate(late, { policy: priority({ preemptive: false }) }))).toBe('low high');
    expect(order(simulate(late, { policy: priority({ order: 'higher-first' }) }))).toBe('low high');
  });

  test('ageing ends starvation: waiting is worth priority', () => {
    const crowd: ProcessSpec[] = [
      { name: 'old', priority: 9, script: [cpu(1)] },
      ...Array.from({ length: 30 }, (_, index) => ({
        name: `young ${index}`,
        priority: 1,
        arrival: index * 2,
        script: [cpu(2)],
      })),
    ];
    expect(simulate(crowd, { policy: priority() }).processes[0]?.completion).toBe(61);
    expect(simulate(crowd, { policy: priority({ ageing: 2 }) }).processes[0]?.completion).toBeLessThan(20);
  });
});

test('stride, OSTEP figure 9.3: tickets 100, 50, 250 run A B C C C A C C', () => {
  const processes = [
    { name: 'A', tickets: 100, script: [cpu(99)] },
    { name: 'B', tickets: 50, script: [cpu(99)] },
    { name: 'C', tickets: 250, script: [cpu(99)] },
  ];
  const run = simulate(processes, { policy: stride({ quantum: 1 }) });
  expect(order(run).split(' ').slice(0, 8).join(' ')).toBe('A B C C C A C C');
});

test('lottery: a winner whose affinity forbids the core is not forced on it', () => {
  const processes = [
    { name: 'bound', tickets: 1000, affinity: [1], script: [cpu(50)] },
    { name: 'free', tickets: 1, script: [cpu(50)] },
  ];
  const run = simulate(processes, { policy: lottery({ quantum: 5 }), machine: { cores: 2 } });
  expect(run.metrics.makespan).toBe(50);
});

test('mlfq, OSTEP 8.2: a short job gets ahead of a long one that has sunk', () => {
  const run = simulate(
    [
      { name: 'long', script: [cpu(200)] },
      { name: 'short', arrival: 100, script: [cpu(20)] },
    ],
    { policy: mlfq({ quanta: [10, 10, 10] }) },
  );
  expect(run.processes[1]).toMatchObject({ response: 0, turnaround: 20 });
});

test.each([cfs({ latency: 8, wakeupGranularity: 2 }), eevdf({ slice: 3 })])(
  '$name: one that sleeps soon has the core when it wakes, and saves nothing up',
  (policy: Policy) => {
    const sleeper = Array.from({ length: 20 }, () => [cpu(1), io(9)]).flat();
    const run = simulate(
      [
        { name: 'computes', script: [cpu(400)] },
        { name: 'sleeps', script: sleeper },
      ],
      { policy },
    );
    expect(run.processes[1]?.meanWakeupDelay).toBeLessThan(4);
    const late = simulate(
      [
        { name: 'computes', script: [cpu(400)] },
        { name: 'woken late', script: [io(200), cpu(100)] },
      ],
      { policy },
    );
    // 200 asleep, then every other tick.
    expect(late.processes[1]?.completion).toBeGreaterThan(380);
  },
);

/** The worst response of each task by response-time analysis; the tasks by falling priority. */
function responseTimes(tasks: readonly { cost: number; period: number }[]): (number | undefined)[] {
  // M. Joseph, P. Pandya, "Finding Response Times in a Real-Time System" (1986):
  //   R = C + sum over the more urgent of ceil(R / T_j) C_j
  return tasks.map(({ cost, period }, index) => {
    for (let response = cost; response <= period; ) {
      const next = tasks
        .slice(0, index)
        .reduce((sum, other) => sum + Math.ceil(response / other.period) * other.cost, cost);
      if (next === response) return response;
      response = next;
    }
    return undefined;
  });
}

describe('real-time: task sets with their sources', () => {
  const simulated = (tasks: readonly (readonly [cost: number, period: number])[], policy: Policy) => {
    const hyperperiod = tasks.reduce((common, [, period]) => lcm(common, period), 1);
    const list = tasks.map(([cost, period], index) => ({ name: `t${index}`, cost, period }));
    const run = simulate(periodicTasks(list, hyperperiod), { policy });
    const worst = list.map(({ name }) =>
      Math.max(
        ...run.processes.filter((job) => job.name.startsWith(`${name}#`)).map((job) => job.turnaround ?? 0),
      ),
    );
    return { worst, misses: run.metrics.deadlineMisses };
  };
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;
  const utilisation = (tasks: readonly (readonly [number, number])[]) =>
    tasks.reduce((sum, [cost, period]) => sum + cost / period, 0);

  test('Burns, Wellings, "Real-Time Systems and Programming Languages", RTA example: R = 3, 6, 20', () => {
    const tasks = [
      [3, 7],
      [3, 12],
      [5, 20],
    ] as const;
    expect(simulated(tasks, rateMonotonic())).toEqual({ worst: [3, 6, 20], misses: 0 });
    expect(responseTimes(tasks.map(([cost, period]) => ({ cost, period })))).toEqual([3, 6, 20]);
  });

  test('Burns, Wellings, task set B: utilisation 1, beyond the bound, and still met: R = 5, 15, 80', () => {
    const tasks = [
      [5, 20],
      [10, 40],
      [40, 80],
    ] as const;
    expect(utilisation(tasks)).toBe(1);
    expect(simulated(tasks, rateMonotonic())).toEqual({ worst: [5, 15, 80], misses: 0 });
  });

  test('Burns, Wellings, task set A: utilisation 0.82, beyond the bound, and missed by RM, not by EDF', () => {
    const tasks = [
      [10, 30],
      [10, 40],
      [12, 50],
    ] as const;
    expect(responseTimes(tasks.map(([cost, period]) => ({ cost, period })))[2]).toBeUndefined();
    expect(simulated(tasks, rateMonotonic()).misses).toBeGreaterThan(0);
    expect(simulated(tasks, edf()).misses).toBe(0);
  });

  test('Liu, Layland (1973), section 4: T = 2, 5; C2 may be 2 beside C1 = 1, and not more', () => {
    expect(
      simulated(
        [
          [1, 2],
          [2, 5],
        ],
        rateMonotonic(),
      ).misses,
    ).toBe(0);
    expect(
      simulated(
        [
          [1, 2],
          [3, 5],
        ],
        rateMonotonic(),
      ).misses,
    ).toBeGreaterThan(0);
  });

  test('Buttazzo, "Rate Monotonic vs. EDF: Judgment Day" (2005), figure 1: utilisation 0.97', () => {
    const tasks = [
      [2, 5],
      [4, 7],
    ] as const;
    expect(simulated(tasks, rateMonotonic()).misses).toBeGreaterThan(0);
    expect(simulated(tasks, edf()).misses).toBe(0);
  });

  test('below n(2^(1/n) - 1) RM meets all: 3 tasks at 0.7797', () => {
    const tasks = [
      [1, 4],
      [2, 7],
      [2, 9],
    ] as const;
    expect(utilisation(tasks)).toBeLessThan(3 * (2 ** (1 / 3) - 1));
    expect(simulated(tasks, rateMonotonic()).misses).toBe(0);
  });

  test('RM is what response-time analysis says, for every set of three small tasks', () => {
    for (const periods of [
      [4, 6, 12],
      [5, 7, 9],
      [3, 8, 10],
    ] as const) {
      for (let code = 0; code < 64; code++) {
        const costs = [1 + (code % 4), 1 + (Math.floor(code / 4) % 4), 1 + Math.floor(code / 16)];
        const tasks = periods.map((period, index) => [costs[index] as number, period] as const);
        const expected = responseTimes(tasks.map(([cost, period]) => ({ cost, period })));
        const found = simulated(tasks, rateMonotonic());
        const isMissed = expected.includes(undefined);
        expect(
          { isMissed: found.misses > 0, worst: isMissed ? expected : found.worst },
          `tasks ${JSON.stringify(tasks)}`,
        ).toEqual({
          isMissed,
          worst: expected,
        });
        const fits = utilisation(tasks) <= 1;
        expect(simulated(tasks, edf()).misses === 0, `tasks ${JSON.stringify(tasks)}`).toBe(fits);
      }
    }
  });
});
