// What must hold for every workload, machine and policy, over random ones, by replaying the trace without
// the package's own metrics. A failure prints its seed and the smallest case found.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cfs,
  createSimulation,
  cpu,
  edf,
  eevdf,
  exit,
  fcfs,
  fork,
  io,
  lock,
  lottery,
  type MachineOptions,
  measure,
  mlfq,
  type Operation,
  type Policy,
  type ProcessSpec,
  priority,
  type Run,
  rateMonotonic,
  roundRobin,
  serial,
  simulate,
  sjf,
  slicesOf,
  srtf,
  stride,
  unlock,
  wait,
  yieldCore,
} from './index.js';

const upTo = (max: number) => fc.integer({ min: 0, max });
const from1 = (max: number) => fc.integer({ min: 1, max });

const computing = fc.oneof(
  { weight: 4, arbitrary: upTo(9).map((ticks): Operation[] => [cpu(ticks)]) },
  { weight: 2, arbitrary: upTo(7).map((ticks): Operation[] => [io(ticks)]) },
  { weight: 1, arbitrary: upTo(5).map((ticks): Operation[] => [io(ticks, 'disk')]) },
  { weight: 1, arbitrary: fc.constant<Operation[]>([yieldCore()]) },
  {
    weight: 1,
    // One lock at a time, so that nobody waits in a circle.
    arbitrary: fc
      .tuple(fc.constantFrom('m', 'n'), upTo(4), upTo(3))
      .map(([name, ticks, wait]): Operation[] => [lock(name), cpu(ticks), io(wait), unlock(name)]),
  },
);

const script = fc.array(computing, { minLength: 1, maxLength: 5 }).map((parts) => parts.flat());

const traits = fc.record({
  arrival: upTo(12),
  priority: upTo(4),
  nice: fc.integer({ min: -5, max: 5 }),
  tickets: from1(9),
  deadline: fc.option(from1(40), { nil: undefined }),
  period: fc.option(from1(40), { nil: undefined }),
  memory: upTo(6),
});

/** Some make children, and wait for them or not. */
const family = fc.record({
  scripts: fc.array(script, { maxLength: 2 }),
  waits: fc.boolean(),
  exits: fc.boolean(),
});

const workload = fc.array(fc.tuple(script, traits, family), { maxLength: 7 }).map((processes) =>
  processes.map(([steps, given, { scripts, waits, exits }], index): ProcessSpec => {
    const forks = scripts.map((child, number) => fork({ name: `p${index}.${number}`, script: child }));
    const ends = [...(waits ? forks.map(() => wait()) : []), ...(exits ? [exit(), cpu(9)] : [])];
    return { name: `p${index}`, ...given, script: [...forks, ...steps, ...ends] };
  }),
);

const policies: readonly ((quantum: number) => Policy)[] = [
  () => fcfs(),
  () => sjf(),
  () => srtf(),
  (quantum) => roundRobin({ quantum }),
  (quantum) => priority({ ageing: quantum - 1, quantum }),
  () => priority({ preemptive: false, order: 'higher-first' }),
  (quantum) => mlfq({ quanta: [quantum, quantum * 2, quantum * 4], boost: 20 }),
  (quantum) => mlfq({ quanta: [quantum, quantum], allotments: [2, 0], afterIo: 'head', refillOnIo: true }),
  (quantum) => lottery({ quantum }),
  (quantum) => stride({ quantum }),
  (quantum) => cfs({ latency: quantum * 4 }),
  (quantum) => eevdf({ slice: quantum }),
  () => edf(),
  () => rateMonotonic(),
];
const policy = fc.tuple(fc.constantFrom(...policies), from1(5)).map(([make, quantum]) => make(quantum));

/** Picks and slices by chance: whatever a policy decides, the engine's invariants hold. */
const anyReady: Policy = {
  name: 'random',
  start({ random }) {
    const ready = new Set<number>();
    return {
      enqueue: ({ pid }) => ready.add(pid),
      dequeue: ({ pid }) => ready.delete(pid),
      pickNext: () => [...ready][random.below(ready.size)],
      sliceFor: () => 1 + random.below(4),
      checkPreempt: () => random.below(3) === 0,
      tick: () => random.below(3) === 0,
    };
  },
};

const machine: fc.Arbitrary<MachineOptions> = fc
  .record({
    cores: from1(4),
    contextSwitch: upTo(2),
    migration: upTo(2),
    wakeUp: upTo(1),
    timer: upTo(4),
    queues: fc.constantFrom('global' as const, 'per-core' as const),
    balance: fc.record({
      interval: upTo(9),
      victim: fc.constantFrom('busiest' as const, 'random' as const),
      onIdle: fc.constant(true),
    }),
    placement: fc.constantFrom('previous' as const, 'lowest' as const),
    sliceAccounting: fc.constantFrom('perDispatch' as const, 'carried' as const, 'none' as const, undefined),
    devices: fc.constantFrom(undefined, { io: {}, disk: { capacity: 1 } }),
    memory: fc.constantFrom(undefined, { size: 12 }, { size: 12, swapIn: 3 }),
    cache: fc.constantFrom(undefined, { size: 8, warmUp: 3, warmRate: 2 }),
    priorityInheritance: fc.boolean(),
    reparent: fc.constantFrom('init' as const, 'subreaper' as const, 'flatten' as const),
  })
  .chain((options) =>
    fc
      .array(from1(3), { minLength: options.cores, maxLength: options.cores })
      .map((speeds) => ({ ...options, speeds })),
  );

const simultaneous = fc.constantFrom('requeue-first' as const, 'arrivals-first' as const);
const anything = [
  workload,
  fc.oneof(policy, fc.constant(anyReady), fc.constant(serial())),
  machine,
  simultaneous,
  upTo(99),
] as const;

/** Replays a trace, row by row, and says where it breaks a rule of the machine. */
function violations(run: Run, { isWorkConserving }: { isWorkConserving: boolean }): string[] {
  const found: string[] = [];
  const onCore = new Map<number, number>();
  const waiting = new Set<number>();
  const states = new Map<number, string>();
  const rows = [...run.trace];
  for (const [index, { time, pid, core = -1, from, to, reason }] of rows.entries()) {
    const require = (rule: string, isKept: boolean): void => {
      if (!isKept) found.push(`row ${index}, time ${time}: ${rule}`);
    };
    require('time does not fall', (rows[index - 1]?.time ?? 0) <= time);
    if (reason === 'warm' || reason === 'evict') continue;
    require('a process is in the state it leaves', (states.get(pid) ?? 'new') === from);
    states.set(pid, to);
    if (reason === 'switch-in' || (reason === 'dispatch' && onCore.get(core) !== pid)) {
      require('a core of the machine is named', core >= 0 && core < run.machine.cores);
      require('no core runs two processes at once', !onCore.has(core));
      require('no process is on two cores at once', ![...onCore.values()].includes(pid));
      require('who gets a core was waiting for one', waiting.delete(pid));
      onCore.set(core, pid);
    }
    if (from === 'running' || reason === 'switch-out') {
      require('a process leaves the core it is on', onCore.get(core) === pid);
      onCore.delete(core);
    }
    if (to === 'ready' && reason !== 'switch-in') waiting.add(pid);
    // Only once all that happens at a tick has happened is a core that is still free an idle one.
    if (!isWorkConserving || rows[index + 1]?.time === time || index === rows.length - 1) continue;
    require('no core is idle while one waits', waiting.size === 0 || onCore.size === run.machine.cores);
  }
  return found;
}

describe('any workload, machine and policy', () => {
  test('everyone ends, every tick is accounted for, one process a core and one core a process', () => {
    fc.assert(
      fc.property(...anything, (processes, policy, machine, simultaneous, seed) => {
        const run = simulate(processes, { policy, machine, simultaneous, seed, maxEvents: 20_000 });
        // A process that alone may be in the machine can wait for one that is kept out.
        expect(['completed', policy.name === 'serial' ? 'stalled' : 'completed']).toContain(run.outcome);
        for (const { run: ran, ready, blocked, overhead, turnaround } of run.processes) {
          const accounted = ran + ready + blocked + overhead;
          expect(accounted).toBe(turnaround ?? accounted);
        }
        expect(violations(run, { isWorkConserving: policy.name !== 'serial' })).toEqual([]);
        for (const core of run.metrics.cores) {
          expect(core.run + core.overhead + core.idle).toBe(run.metrics.makespan);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('affinity is kept', () => {
    fc.assert(
      fc.property(workload, policy, machine, upTo(15), (processes, policy, machine, mask) => {
        const cores = Array.from({ length: machine.cores ?? 1 }, (_, core) => core);
        const bound = processes.map((process, index) => {
          const affinity = cores.filter((core) => ((mask + index * 5) >> core) % 2 === 1);
          return { ...process, affinity: affinity.length === 0 ? undefined : affinity };
        });
        const run = simulate(bound, { policy, machine });
        expect(run.outcome).toBe('completed');
        for (const { pid, core } of slicesOf(run.trace)) {
          expect(bound[pid - 1]?.affinity ?? cores).toContain(core);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the same input and seed give the same bytes; results do not depend on the level of trace', () => {
    fc.assert(
      fc.property(...anything, (processes, policy, machine, simultaneous, seed) => {
        const options = { policy, machine, simultaneous, seed, maxEvents: 20_000 };
        const run = simulate(processes, options);
        expect(JSON.stringify(simulate(processes, options))).toBe(JSON.stringify(run));
        for (const trace of ['none', 'slices'] as const) {
          const { trace: rows, ...results } = simulate(processes, { ...options, trace });
          const { trace: all, ...expected } = run;
          expect(results).toEqual(expected);
          expect(rows.length).toBeLessThanOrEqual(trace === 'none' ? 0 : all.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('results are a function of the trace alone', () => {
    fc.assert(
      fc.property(...anything, (processes, policy, machine, simultaneous, seed) => {
        const {
          trace,
          processes: results,
          metrics,
        } = simulate(processes, { policy, machine, simultaneous, seed, maxEvents: 20_000 });
        const context = {
          cores: machine.cores ?? 1,
          processes: results.map(({ name, arrival, deadline }) => ({
            name,
            arrival,
            deadline: deadline === undefined ? undefined : deadline - arrival,
          })),
        };
        const copy = {
          length: trace.length,
          at: (row: number) => trace.at(row),
          toJSON: () => trace.toJSON(),
          [Symbol.iterator]: () => trace[Symbol.iterator](),
        };
        expect(measure(copy, context)).toEqual({ processes: results, metrics });
      }),
      { numRuns: 300 },
    );
  });

  test('stepping forth and back comes to where it was', () => {
    fc.assert(
      fc.property(...anything, upTo(30), (processes, policy, machine, simultaneous, seed, steps) => {
        const simulation = createSimulation(processes, { policy, machine, simultaneous, seed });
        for (let step = 0; step < steps; step++) simulation.step();
        const before = JSON.stringify([
          simulation.time,
          simulation.processes,
          simulation.cores,
          simulation.trace,
        ]);
        if (!simulation.step()) return;
        simulation.stepBack();
        expect(
          JSON.stringify([simulation.time, simulation.processes, simulation.cores, simulation.trace]),
        ).toBe(before);
        const { time } = simulation;
        simulation.goTo(10_000);
        simulation.goTo(time);
        expect(simulation.time).toBe(time);
        expect(JSON.stringify(simulation.run())).toBe(
          JSON.stringify(simulate(processes, { policy, machine, simultaneous, seed, maxEvents: 20_000 })),
        );
      }),
      { numRuns: 300 },
    );
  });
});

const jobs = fc
  .array(fc.tuple(upTo(20), from1(20)), { minLength: 1, maxLength: 8 })
  .map((list) =>
    list.map(([arrival, ticks], index) => ({ name: `p${index}`, arrival, script: [cpu(ticks)] })),
  );

describe('policies', () => {
  test('round robin: between two turns a process waits for at most a quantum of each other', () => {
    fc.assert(
      fc.property(jobs, from1(6), upTo(2), (processes, quantum, contextSwitch) => {
        const run = simulate(processes, { policy: roundRobin({ quantum }), machine: { contextSwitch } });
        const bound = (processes.length - 1) * (quantum + contextSwitch) + contextSwitch;
        const last = new Map<number, number>();
        for (const { pid, from, to } of slicesOf(run.trace)) {
          const since = last.get(pid) ?? processes[pid - 1]?.arrival ?? 0;
          // The one that has the core as a process arrives may have most of its quantum before it.
          expect(from - since).toBeLessThanOrEqual(bound + (last.has(pid) ? 0 : contextSwitch));
          last.set(pid, to);
        }
      }),
    );
  });

  test('srtf: no policy has a smaller mean turnaround, on one core with free switches', () => {
    fc.assert(
      fc.property(jobs, policy, (processes, other) => {
        const best = simulate(processes, { policy: srtf() }).metrics.meanTurnaround;
        expect(best).toBeLessThanOrEqual(
          simulate(processes, { policy: other }).metrics.meanTurnaround + 1e-9,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('preemptive priority: nobody runs while a more urgent one is ready', () => {
    fc.assert(
      fc.property(jobs, fc.array(upTo(4), { minLength: 8, maxLength: 8 }), (processes, priorities) => {
        const ranked = processes.map((process, index) => ({
          ...process,
          priority: priorities[index] as number,
        }));
        const run = simulate(ranked, { policy: priority() });
        for (const slice of slicesOf(run.trace)) {
          const own = ranked[slice.pid - 1]?.priority as number;
          for (const { pid, arrival, completion } of run.processes) {
            const isMoreUrgent = (ranked[pid - 1]?.priority as number) < own;
            const overlap = Math.min(slice.to, completion as number) - Math.max(slice.from, arrival);
            expect(isMoreUrgent && overlap > 0).toBe(false);
          }
        }
      }),
    );
  });

  const shareOf = (policy: Policy, loads: readonly Partial<ProcessSpec>[], ticks: number) => {
    const processes = loads.map((load, index) => ({ name: `p${index}`, script: [cpu(10 * ticks)], ...load }));
    const simulation = createSimulation(processes, { policy, seed: 3 });
    simulation.goTo(ticks);
    return simulation.processes.map(({ ran }) => ran);
  };
  const tickets = fc.array(from1(20), { minLength: 2, maxLength: 6 });

  test('stride: at any time each has its share by tickets, to within a quantum for each other', () => {
    fc.assert(
      fc.property(tickets, from1(5), fc.integer({ min: 50, max: 3000 }), (list, quantum, ticks) => {
        const total = list.reduce((sum, count) => sum + count, 0);
        const ran = shareOf(
          stride({ quantum }),
          list.map((count) => ({ tickets: count })),
          ticks,
        );
        for (const [index, count] of list.entries()) {
          expect(Math.abs((ran[index] as number) - (ticks * count) / total)).toBeLessThanOrEqual(
            quantum * list.length,
          );
        }
      }),
    );
  });

  test('lottery: shares by tickets, to within five standard deviations of so many draws', () => {
    fc.assert(
      fc.property(tickets, (list) => {
        const draws = 5000;
        const total = list.reduce((sum, count) => sum + count, 0);
        const ran = shareOf(
          lottery({ quantum: 1 }),
          list.map((count) => ({ tickets: count })),
          draws,
        );
        for (const [index, count] of list.entries()) {
          const chance = count / total;
          const deviation = Math.sqrt(draws * chance * (1 - chance));
          expect(Math.abs((ran[index] as number) - draws * chance)).toBeLessThanOrEqual(5 * deviation + 1);
        }
      }),
      { numRuns: 50 },
    );
  });

  const WEIGHTS = new Map([
    [-5, 3121],
    [-2, 1586],
    [0, 1024],
    [1, 820],
    [5, 335],
    [10, 110],
  ]);
  const niceList = fc.array(fc.constantFrom(...WEIGHTS.keys()), { minLength: 2, maxLength: 5 });

  test.each([
    ['cfs', (slice: number) => cfs({ latency: slice * 4, minGranularity: slice }), 6],
    ['eevdf', (slice: number) => eevdf({ slice }), 2],
  ] as const)('%s: shares by weight, and lag never beyond a bound of slices', (_name, make, slices) => {
    fc.assert(
      fc.property(niceList, from1(8), fc.integer({ min: 100, max: 5000 }), (list, slice, ticks) => {
        const weights = list.map((nice) => WEIGHTS.get(nice) as number);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const ran = shareOf(
          make(slice),
          list.map((nice) => ({ nice })),
          ticks,
        );
        for (const [index, weight] of weights.entries()) {
          const lag = (ticks * weight) / total - (ran[index] as number);
          expect(Math.abs(lag)).toBeLessThanOrEqual(slices * slice * (slices === 2 ? 1 : list.length));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('nice 0 beside nice 5: 1024 to 335', () => {
    for (const policy of [cfs({ latency: 24 }), eevdf({ slice: 4 })]) {
      const [a, b] = shareOf(policy, [{ nice: 0 }, { nice: 5 }], 100_000) as [number, number];
      expect(a / b).toBeCloseTo(1024 / 335, 2);
    }
  });

  test('edf meets every deadline of periodic tasks whose utilisation is at most 1', () => {
    const task = fc.tuple(fc.constantFrom(4, 5, 6, 8, 10, 12, 15, 20), from1(8));
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 5 }), upTo(1), (tasks, offset) => {
        fc.pre(tasks.reduce((sum, [period, cost]) => sum + cost / period, 0) <= 1);
        const processes = tasks.flatMap(([period, cost], index) =>
          Array.from({ length: Math.ceil(240 / period) }, (_, job) => ({
            name: `t${index}.${job}`,
            arrival: offset * index + job * period,
            period,
            script: [cpu(cost)],
          })),
        );
        expect(simulate(processes, { policy: edf() }).metrics.deadlineMisses).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
