// What must hold for every workload, policy and machine, checked over random ones by replaying the trace
// without the package's own metrics. A failure names its seed.

import { describe, expect, test } from 'vitest';
import {
  cpu,
  fcfs,
  io,
  measure,
  type ProcessSpec,
  type Run,
  roundRobin,
  serial,
  simulate,
  sjf,
} from './index.js';
import type { Policy } from './policies/policy.js';
import { type Random, seededRandom } from './random.js';

const SEEDS = Array.from({ length: 400 }, (_, seed) => seed);

function randomWorkload(random: Random): ProcessSpec[] {
  return Array.from({ length: random.below(8) }, (_, index) => ({
    name: `p${index}`,
    arrival: random.below(12),
    script: Array.from({ length: 1 + random.below(5) }, () =>
      random.below(3) === 0 ? io(random.below(7)) : cpu(random.below(9)),
    ),
  }));
}

/** Picks and slices by chance: whatever a policy decides, the engine's invariants hold. */
function anyReady(): Policy {
  return {
    name: 'random',
    start({ random }) {
      const ready = new Set<number>();
      return {
        enqueue: ({ pid }) => ready.add(pid),
        dequeue: ({ pid }) => ready.delete(pid),
        pickNext: () => [...ready][random.below(ready.size)],
        sliceFor: () => 1 + random.below(4),
      };
    },
  };
}

interface Case {
  readonly processes: ProcessSpec[];
  readonly isSerial: boolean;
  readonly again: () => Run;
  readonly run: Run;
}

function randomCase(seed: number): Case {
  const random = seededRandom(seed);
  const processes = randomWorkload(random);
  const policies = [fcfs(), sjf(), roundRobin({ quantum: 1 + random.below(5) }), serial(), anyReady()];
  const policy = policies[random.below(policies.length)] as Policy;
  const machine = { cores: 1 + random.below(4), contextSwitch: random.below(3) };
  const simultaneous = random.below(2) === 0 ? 'requeue-first' : 'arrivals-first';
  const again = () => simulate(processes, { policy, machine, simultaneous, seed });
  return { processes, isSerial: policy.name === 'serial', again, run: again() };
}

/** Replays a trace, row by row, and says where it breaks a rule of the machine. */
function violations(run: Run, isSerial: boolean): string[] {
  const found: string[] = [];
  const onCore = new Map<number, number>();
  const waiting = new Set<number>();
  const rows = [...run.trace];
  for (const [index, { time, pid, core = -1, from, to, reason }] of rows.entries()) {
    const require = (rule: string, isKept: boolean): void => {
      if (!isKept) found.push(`row ${index}, time ${time}: ${rule}`);
    };
    require('time does not fall', (rows[index - 1]?.time ?? 0) <= time);
    if (reason === 'switch-in' || (reason === 'dispatch' && onCore.get(core) !== pid)) {
      require('a core of the machine is named', core >= 0 && core < run.machine.cores);
      require('no core runs two processes at once', !onCore.has(core));
      require('no process is on two cores at once', ![...onCore.values()].includes(pid));
      require('who gets a core was waiting for one', waiting.delete(pid));
      onCore.set(core, pid);
    }
    if (from === 'running') {
      require('a process leaves the core it is on', onCore.get(core) === pid);
      onCore.delete(core);
    }
    if (to === 'ready' && reason !== 'switch-in') waiting.add(pid);
    // Only once all that happens at a tick has happened is a core that is still free an idle one.
    if (rows[index + 1]?.time === time) continue;
    if (isSerial) require('one process at a time', onCore.size <= 1);
    else require('no core is idle while one waits', waiting.size === 0 || onCore.size === run.machine.cores);
  }
  return found;
}

const ticks = (process: ProcessSpec | undefined, kind: 'cpu' | 'io') =>
  (process?.script ?? []).reduce((sum, step) => sum + (step.kind === kind ? step.ticks : 0), 0);

describe('over random workloads', () => {
  test('everyone completes, and every tick of a process is accounted for', () => {
    for (const seed of SEEDS) {
      const { processes, run } = randomCase(seed);
      expect(run.outcome, `seed ${seed}`).toBe('completed');
      for (const [index, result] of run.processes.entries()) {
        const { run: ran, ready, blocked, overhead, turnaround } = result;
        expect(ran + ready + blocked + overhead, `seed ${seed}`).toBe(turnaround);
        expect(ran, `seed ${seed}: run is what the script asks for`).toBe(ticks(processes[index], 'cpu'));
        expect(blocked, `seed ${seed}: blocked is what the devices take`).toBe(ticks(processes[index], 'io'));
      }
    }
  });

  test('one process a core, one core a process, and no core idle while someone waits', () => {
    for (const seed of SEEDS) {
      const { run, isSerial } = randomCase(seed);
      expect(violations(run, isSerial), `seed ${seed}`).toEqual([]);
    }
  });

  test('cores and processes agree: run, overhead, switches', () => {
    for (const seed of SEEDS) {
      const { run } = randomCase(seed);
      const { cores, contextSwitches, makespan } = run.metrics;
      const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
      expect(total(cores.map((core) => core.run)), `seed ${seed}`).toBe(
        total(run.processes.map((p) => p.run)),
      );
      const overhead = total(cores.map((core) => core.overhead));
      expect(overhead, `seed ${seed}`).toBe(total(run.processes.map((p) => p.overhead)));
      expect(overhead, `seed ${seed}`).toBe(contextSwitches * run.machine.contextSwitch);
      for (const core of cores) expect(core.run + core.overhead + core.idle, `seed ${seed}`).toBe(makespan);
    }
  });

  test('the same input gives the same bytes, and metrics come from the trace alone', () => {
    for (const seed of SEEDS) {
      const { processes, run, again } = randomCase(seed);
      expect(JSON.stringify(again()), `seed ${seed}`).toBe(JSON.stringify(run));
      const arrivals = processes.map(({ name, arrival = 0 }) => ({ name, arrival }));
      const measured = measure(run.trace, { cores: run.machine.cores, processes: arrivals });
      expect(measured, `seed ${seed}`).toEqual({ processes: run.processes, metrics: run.metrics });
    }
  });
});
