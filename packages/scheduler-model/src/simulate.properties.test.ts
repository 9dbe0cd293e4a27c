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

/** Calls `visit` with who is where after all that happened at each tick at which something did. */
function replay(
  run: Run,
  visit: (now: { time: number; onCore: Map<number, number>; waiting: Set<number> }) => void,
) {
  const onCore = new Map<number, number>();
  const waiting = new Set<number>();
  const rows = [...run.trace];
  rows.forEach(({ time, pid, core, from, to, reason }, index) => {
    if (reason === 'switch-in' || (reason === 'dispatch' && onCore.get(core ?? -1) !== pid)) {
      expect(core, 'a core is named').toBeDefined();
      expect([...onCore.keys()], 'no core runs two processes at once').not.toContain(core);
      expect([...onCore.values()], 'no process is on two cores at once').not.toContain(pid);
      expect(waiting, 'who gets a core was waiting').toContain(pid);
      onCore.set(core ?? -1, pid);
      waiting.delete(pid);
    }
    if (from === 'running') {
      expect(onCore.get(core ?? -1), 'a process leaves the core it is on').toBe(pid);
      onCore.delete(core ?? -1);
    }
    if (to === 'ready' && reason !== 'switch-in') waiting.add(pid);
    expect(rows[index - 1]?.time ?? 0, 'time does not fall').toBeLessThanOrEqual(time);
    if (rows[index + 1]?.time !== time) visit({ time, onCore, waiting });
  });
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
      replay(run, ({ time, onCore, waiting }) => {
        if (isSerial) expect(onCore.size, `seed ${seed}, time ${time}`).toBeLessThanOrEqual(1);
        else if (waiting.size > 0) expect(onCore.size, `seed ${seed}, time ${time}`).toBe(run.machine.cores);
      });
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
