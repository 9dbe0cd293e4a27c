import { describe, expect, it } from 'vitest';
import { EXAMPLES, fromQuery, type Plan, toQuery } from './plan.js';
import { POLICY_NAMES } from './policies.js';
import { simulatePlan } from './simulation.js';

const again = (plan: Plan) => fromQuery(new URLSearchParams(toQuery(plan)));

describe('the plan in an address', () => {
  it.each(Object.entries(EXAMPLES))('brings the example %s back', (_name, plan) => {
    expect(again(plan)).toEqual(plan);
  });

  it('brings back whatever was typed', () => {
    const odd: Plan = {
      cores: '',
      quantum: 'x&y=z',
      contextSwitch: '-1',
      policies: [],
      processes: [
        { name: 'a|b 进程 #?&%', arrival: ' ', script: 'cpu 1, io', weights: { nice: '-3', tickets: '' } },
      ],
    };
    expect(again(odd)).toEqual(odd);
  });

  it('is none when the address has none', () => {
    expect(fromQuery(new URLSearchParams(''))).toBeUndefined();
    expect(fromQuery(new URLSearchParams('policies=fcfs&cores=2'))).toBeUndefined();
  });
});

describe('simulatePlan', () => {
  it.each(Object.entries(EXAMPLES))('runs the example %s under every policy', (_name, plan) => {
    const { runs, problems } = simulatePlan({ ...plan, policies: POLICY_NAMES });
    expect(problems).toEqual([]);
    expect(runs.map(({ policy }) => policy)).toEqual(POLICY_NAMES);
    for (const { run, chart } of runs) {
      // Inversion by a lock ends under all of them: nobody is starved for ever.
      expect(run.outcome).toBe('completed');
      expect(chart.rows.map(({ key }) => key)).toEqual(plan.processes.map(({ name }) => name));
    }
  });

  it('draws what the trace says: the time running is the time the metrics have', () => {
    const { runs } = simulatePlan(EXAMPLES.mixed);
    for (const { run, chart } of runs) {
      for (const [index, row] of chart.rows.entries()) {
        const time = (paint: string) =>
          row.stretches
            .filter((each) => each.paint === paint)
            .reduce((sum, { from, to }) => sum + to - from, 0);
        const { run: ran, ready, blocked, overhead } = run.processes[index] as (typeof run.processes)[number];
        expect([time('running'), time('ready'), time('blocked'), time('overhead')]).toEqual([
          ran,
          ready,
          blocked,
          overhead,
        ]);
      }
    }
  });

  it('names every problem and runs nothing', () => {
    const [first, ...others] = EXAMPLES.mixed.processes;
    const { runs, problems } = simulatePlan({
      ...EXAMPLES.mixed,
      cores: '0',
      quantum: 'many',
      policies: ['edf', 'cfs'],
      processes: [
        { ...first, name: ' ', arrival: '-1', weights: { nice: '20', deadline: '1.5' } },
        ...others.map((each) => ({ ...each, name: 'same' })),
        { name: 'locks', arrival: '0', script: 'unlock m', weights: {} },
      ],
    });
    expect(runs).toEqual([]);
    expect(problems).toEqual([
      { machine: 'cores', least: 1, most: 64 },
      { machine: 'quantum', least: 1, most: 10_000 },
      { row: 0, field: 'name', problem: { kind: 'nameless' } },
      { row: 0, field: 'arrival', problem: { kind: 'range', least: 0, most: 100_000 } },
      { row: 0, field: 'nice', problem: { kind: 'range', least: -20, most: 19 } },
      { row: 0, field: 'deadline', problem: { kind: 'range', least: 0, most: 1_000_000 } },
      { row: 2, field: 'name', problem: { kind: 'twice' } },
      { row: 3, field: 'name', problem: { kind: 'twice' } },
      { row: 4, field: 'script', problem: { kind: 'locks' } },
    ]);
  });

  it('has nothing to do without processes or without policies', () => {
    for (const part of [{ processes: [] }, { policies: ['unknown'] }]) {
      expect(simulatePlan({ ...EXAMPLES.mixed, ...part }).problems).toEqual([{ nothing: true }]);
    }
  });

  it('shows a deadlock as what it is', () => {
    const { runs } = simulatePlan({
      ...EXAMPLES.mixed,
      policies: ['round-robin'],
      quantum: '1',
      processes: [
        { name: 'A', arrival: '0', script: 'lock m, cpu 2, lock n, cpu 1', weights: {} },
        { name: 'B', arrival: '0', script: 'lock n, cpu 2, lock m, cpu 1', weights: {} },
      ],
    });
    expect(runs[0]?.run.deadlock.map(({ process }) => process).toSorted()).toEqual(['A', 'B']);
  });
});
