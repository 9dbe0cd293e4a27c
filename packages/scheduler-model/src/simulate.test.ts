// Cases with numbers worked out elsewhere or by hand. OSC: Silberschatz, Galvin, Gagne, "Operating System
// Concepts", 10th edition. OSTEP: Arpaci-Dusseau, "Operating Systems: Three Easy Pieces", chapter 7.

import { describe, expect, test, vi } from 'vitest';
import { cpu, fcfs, io, type Policy, type Run, roundRobin, serial, simulate, sjf } from './index.js';

type Job = readonly [name: string, arrival: number, burst: number];

function runJobs(jobs: readonly Job[], policy: Policy, machine = {}): Run {
  const processes = jobs.map(([name, arrival, burst]) => ({ name, arrival, script: [cpu(burst)] }));
  return simulate(processes, { policy, machine });
}

const waiting = (run: Run) => run.processes.map((process) => process.waiting);

const dispatches = (run: Run) =>
  [...run.trace]
    .filter(({ reason }) => reason === 'dispatch')
    .map(({ time, pid }) => `${run.processes[pid - 1]?.name}@${time}`);

describe('first come, first served', () => {
  test('OSC 5.3.1: bursts 24, 3, 3 wait 0, 24, 27; the other order 0, 3, 6', () => {
    const long: Job = ['P1', 0, 24];
    const short: Job[] = [
      ['P2', 0, 3],
      ['P3', 0, 3],
    ];
    const longFirst = runJobs([long, ...short], fcfs());
    expect(waiting(longFirst)).toEqual([0, 24, 27]);
    expect(longFirst.metrics.meanWaiting).toBe(17);
    const longLast = runJobs([...short, long], fcfs());
    expect(waiting(longLast)).toEqual([0, 3, 6]);
    expect(longLast.metrics.meanWaiting).toBe(3);
  });

  test('OSTEP 7.3: three jobs of 10 turn around in 20 on average, 100 before two of 10 in 110', () => {
    const jobs = (first: number): Job[] => [
      ['A', 0, first],
      ['B', 0, 10],
      ['C', 0, 10],
    ];
    expect(runJobs(jobs(10), fcfs()).metrics.meanTurnaround).toBe(20);
    expect(runJobs(jobs(100), fcfs()).metrics.meanTurnaround).toBe(110);
  });
});

describe('shortest job first', () => {
  test('OSC 5.3.2: bursts 6, 8, 7, 3 wait 3, 16, 9, 0', () => {
    const run = runJobs(
      [
        ['P1', 0, 6],
        ['P2', 0, 8],
        ['P3', 0, 7],
        ['P4', 0, 3],
      ],
      sjf(),
    );
    expect(waiting(run)).toEqual([3, 16, 9, 0]);
    expect(run.metrics.meanWaiting).toBe(7);
  });

  test('OSTEP 7.4: 100, 10, 10 turn around in 50; with the short ones at 10, too late, in 103.33', () => {
    const jobs = (late: number): Job[] => [
      ['A', 0, 100],
      ['B', late, 10],
      ['C', late, 10],
    ];
    expect(runJobs(jobs(0), sjf()).metrics.meanTurnaround).toBe(50);
    expect(runJobs(jobs(10), sjf()).metrics.meanTurnaround).toBeCloseTo(103.33, 2);
  });

  test('judges by the next burst, not the whole job; of equals the earlier goes first', () => {
    const run = simulate(
      [
        { name: 'long job, short burst', script: [cpu(1), io(1), cpu(50)] },
        { name: 'first of two', script: [cpu(3)] },
        { name: 'second of two', script: [cpu(1), cpu(2)] },
      ],
      { policy: sjf() },
    );
    expect(dispatches(run)).toEqual([
      'long job, short burst@0',
      'first of two@1',
      'second of two@4',
      'long job, short burst@7',
    ]);
  });
});

describe('round robin', () => {
  test('OSC 5.3.3: bursts 24, 3, 3 with quantum 4 wait 6, 4, 7', () => {
    const run = runJobs(
      [
        ['P1', 0, 24],
        ['P2', 0, 3],
        ['P3', 0, 3],
      ],
      roundRobin({ quantum: 4 }),
    );
    expect(waiting(run)).toEqual([6, 4, 7]);
  });

  test('OSTEP 7.7: three jobs of 5, quantum 1: response 1 and turnaround 14; SJF 5 and 10', () => {
    const jobs: Job[] = [
      ['A', 0, 5],
      ['B', 0, 5],
      ['C', 0, 5],
    ];
    expect(runJobs(jobs, roundRobin({ quantum: 1 })).metrics).toMatchObject({
      meanResponse: 1,
      meanTurnaround: 14,
    });
    expect(runJobs(jobs, sjf()).metrics).toMatchObject({ meanResponse: 5, meanTurnaround: 10 });
  });

  test('a known trap: arrivals out of order, and one during each of the first turns', () => {
    const run = runJobs(
      [
        ['A', 22, 18],
        ['B', 4, 6],
        ['C', 16, 10],
        ['D', 2, 32],
        ['E', 10, 17],
      ],
      roundRobin({ quantum: 10 }),
    );
    expect(dispatches(run)).toEqual([
      'D@2',
      'B@12',
      'E@18',
      'D@28',
      'C@38',
      'A@48',
      'E@58',
      'D@65',
      'A@75',
      'D@83',
    ]);
    expect(run.processes.map(({ completion }) => completion)).toEqual([83, 18, 48, 85, 65]);
  });

  test('a slice that ends as another arrives: the option says who is queued first', () => {
    const processes = [
      { name: 'a', arrival: 0, script: [cpu(4)] },
      { name: 'b', arrival: 2, script: [cpu(2)] },
    ];
    const policy = roundRobin({ quantum: 2 });
    const byDefault = simulate(processes, { policy });
    const arrivalsFirst = simulate(processes, { policy, simultaneous: 'arrivals-first' });
    const requeueFirst = simulate(processes, { policy, simultaneous: 'requeue-first' });
    expect(dispatches(arrivalsFirst)).toEqual(['a@0', 'b@2', 'a@4']);
    expect(dispatches(requeueFirst)).toEqual(['a@0', 'a@2', 'b@4']);
    expect(dispatches(byDefault)).toEqual(dispatches(arrivalsFirst));
  });
});

describe('serial, concurrent, parallel', () => {
  // OSTEP 7.8: A computes five times 10 with 10 of I/O between, B computes 50.
  const processes = [
    { name: 'A', script: [cpu(10), io(10), cpu(10), io(10), cpu(10), io(10), cpu(10), io(10), cpu(10)] },
    { name: 'B', script: [cpu(50)] },
  ];

  test('serial: the core waits for the disk', () => {
    const run = simulate(processes, { policy: serial(), machine: { cores: 2 } });
    expect(run.processes.map(({ completion }) => completion)).toEqual([90, 140]);
    expect(run.metrics.makespan).toBe(140);
  });

  test('concurrent: B runs while A waits, and the core is never idle', () => {
    const run = simulate(processes, { policy: roundRobin({ quantum: 10 }) });
    expect(run.processes.map(({ completion }) => completion)).toEqual([90, 100]);
    expect(run.metrics.utilization).toBe(1);
  });

  test('parallel: each has a core', () => {
    const run = simulate(processes, { policy: roundRobin({ quantum: 10 }), machine: { cores: 2 } });
    expect(run.processes.map(({ completion }) => completion)).toEqual([90, 50]);
    expect(run.metrics.cores.map((core) => core.run)).toEqual([50, 50]);
  });

  test('alone on two cores, a process stays on its own when its slices end', () => {
    const short = { name: 'first', script: [cpu(1)] };
    const run = simulate([short, { name: 'second', script: [cpu(9)] }], {
      policy: roundRobin({ quantum: 2 }),
      machine: { cores: 2, contextSwitch: 1 },
    });
    expect(run.metrics.contextSwitches).toBe(2);
    expect(run.processes[1]).toMatchObject({ completion: 10, overhead: 1, involuntarySwitches: 0 });
  });
});

describe('costs', () => {
  test('a switch of 1 a quantum of 4 takes a fifth of the machine', () => {
    const run = runJobs(
      [
        ['a', 0, 20],
        ['b', 0, 20],
      ],
      roundRobin({ quantum: 4 }),
      { contextSwitch: 1 },
    );
    expect(run.metrics).toMatchObject({ makespan: 50, contextSwitches: 10, utilization: 0.8 });
    expect(run.metrics.cores).toEqual([{ core: 0, run: 40, overhead: 10, idle: 0, utilization: 0.8 }]);
    expect(run.processes.map(({ overhead }) => overhead)).toEqual([5, 5]);
    // The last slice of a ends it, so four of its five are cut short; so for b, whose last follows a's end.
    expect(run.processes.map((process) => process.involuntarySwitches)).toEqual([4, 4]);
  });

  test('response counts the switch, waiting does not; blocking is a voluntary switch', () => {
    const run = simulate([{ name: 'a', arrival: 3, script: [cpu(2), io(5), cpu(1)] }], {
      policy: fcfs(),
      machine: { contextSwitch: 2 },
    });
    expect(run.processes[0]).toMatchObject({
      pid: 1,
      name: 'a',
      arrival: 3,
      completion: 13,
      turnaround: 10,
      response: 2,
      waiting: 0,
      run: 3,
      ready: 0,
      blocked: 5,
      overhead: 2,
      voluntarySwitches: 1,
      involuntarySwitches: 0,
    });
  });
});

describe('edges', () => {
  test('an empty workload completes at once, with shares and means of 0', () => {
    const run = simulate([], { policy: fcfs(), machine: { cores: 2 } });
    expect(run).toMatchObject({ outcome: 'completed', stalledBy: undefined, processes: [] });
    expect(run.trace.length).toBe(0);
    expect(run.metrics).toMatchObject({ makespan: 0, utilization: 0, throughput: 0, meanTurnaround: 0 });
  });

  test('scripts that begin or end with I/O take a core for no time, to ask and to exit', () => {
    const run = simulate([{ name: 'a', script: [io(3), io(2)] }], { policy: fcfs() });
    expect([...run.trace].map(({ time, reason }) => `${time} ${reason}`)).toEqual([
      '0 arrival',
      '0 dispatch',
      '0 io',
      '3 io-done',
      '3 dispatch',
      '3 io',
      '5 io-done',
      '5 dispatch',
      '5 exit',
    ]);
  });

  test('bursts and I/O of no length end', () => {
    const run = simulate([{ name: 'a', script: [cpu(0), io(0), cpu(0)] }], { policy: sjf() });
    expect(run).toMatchObject({ outcome: 'completed', metrics: { makespan: 0 } });
  });

  test('the bound on events ends a run as stalled, with all time accounted for so far', () => {
    const run = simulate([{ name: 'a', script: [cpu(1_000_000_000)] }], {
      policy: roundRobin({ quantum: 1 }),
      maxEvents: 10,
    });
    expect(run).toMatchObject({ outcome: 'stalled', stalledBy: 'max-events' });
    expect(run.processes[0]).toMatchObject({ completion: undefined, turnaround: undefined, run: 9 });
  });

  test('a run of exactly the bound completes', () => {
    const processes = [{ name: 'a', script: [cpu(1)] }];
    expect(simulate(processes, { policy: fcfs(), maxEvents: 2 }).outcome).toBe('completed');
    expect(simulate(processes, { policy: fcfs(), maxEvents: 1 }).outcome).toBe('stalled');
  });

  test('neither the clock nor chance of the host is used', () => {
    const forbidden = () => {
      throw new Error('not deterministic');
    };
    const spies = [vi.spyOn(Math, 'random'), vi.spyOn(Date, 'now')];
    for (const spy of spies) spy.mockImplementation(forbidden);
    try {
      expect(runJobs([['a', 0, 9]], roundRobin({ quantum: 2 })).outcome).toBe('completed');
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });
});
