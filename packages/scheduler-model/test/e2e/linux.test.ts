// The prediction beside real processes on this machine, whose costs of a switch and of a wake-up are measured
// first. What was measured is printed. A run during which others had the cores is no measurement of the
// model; if the machine is never quiet, the test says so and is skipped. The bounds are wider than what is
// seen on a quiet machine, so that a disturbance that is too short for the kernel's 10 ms ticks does not
// fail it.

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { cpu, io, type Operation, type ProcessSpec, predict } from 'scheduler-model';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  allowedCores,
  type Costs,
  measureCosts,
  type RealResult,
  type RealRun,
  runForReal,
} from './real-run.js';

const rounds = (count: number, ...steps: Operation[]): Operation[] =>
  Array.from({ length: count }, () => steps).flat();

const loops = (...ms: number[]): ProcessSpec[] =>
  ms.map((ticks, index) => ({ name: `loop ${index + 1}`, script: [cpu(ticks)] }));

const waiting: ProcessSpec[] = [
  { name: 'a', script: rounds(20, cpu(2), io(14)) },
  { name: 'b', script: rounds(20, cpu(2), io(14)) },
  { name: 'c', script: rounds(15, cpu(2), io(20)) },
];
const mixed: ProcessSpec[] = [
  { name: 'computes', script: [cpu(300)] },
  { name: 'waits', script: rounds(15, cpu(5), io(15)) },
];

/** By cores. On two, loops that can't be shared out evenly would tell more of who was woken where. */
const LOADS: Record<string, readonly [one: readonly ProcessSpec[], two: readonly ProcessSpec[]]> = {
  'CPU-bound': [loops(300, 100, 200), loops(150, 150, 150, 150)],
  'I/O-bound': [waiting, waiting],
  mixed: [mixed, mixed],
};

const QUIET_RUNS = 5;
const MOST_RUNS = 8;
/** Of the cores' time, the share others may have had: runs that are quiet, and those that will do. */
const QUIET = 0.02;
const MOST_OTHERS = 0.1;
const cores = allowedCores() ?? [];
const isLinux = process.platform === 'linux' && cores.length > 0;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (measured: number, predicted: number): string =>
  `${((100 * (measured - predicted)) / predicted).toFixed(1).padStart(6)} %`;

describe.skipIf(!isLinux)(`real processes, ${cpus().length} × ${cpus()[0]?.model}`, () => {
  const combinations = Object.entries(LOADS).flatMap(([load, [one, two]]) => [
    { load, processes: one, count: 1 },
    ...(cores.length < 2 ? [] : [{ load, processes: two, count: 2 }]),
  ]);
  let costs: Costs;
  beforeAll(async () => {
    costs = await measureCosts(cores.at(-1) as number);
    console.log(`a switch takes ${costs.contextSwitch} µs, a wake-up ${costs.wakeUp} µs`);
  });
  test.for(combinations)('$load on $count', async ({ load, processes, count }, context) => {
    const predicted = predict(processes, { cores: count, online: cpus().length, ...costs });
    const all: RealRun[] = [];
    while (all.length < MOST_RUNS && all.filter(({ others }) => others <= QUIET).length < QUIET_RUNS) {
      all.push(await runForReal(processes, cores.slice(-count)));
    }
    const quietest = all.toSorted((a, b) => a.others - b.others).slice(0, QUIET_RUNS);
    const runs = quietest.filter(({ others }) => others <= MOST_OTHERS).map(({ results }) => results);
    if (runs.length === 0) {
      context.skip(
        `others had ${Math.round(100 * (quietest[0]?.others ?? 1))} % of the cores even in the quietest of ${MOST_RUNS} runs`,
      );
    }

    const makespan = median(runs.map((run) => Math.max(...run.map(({ turnaround }) => turnaround))));
    const turnarounds = processes.map((_, index) =>
      median(runs.map((run) => run[index]?.turnaround as number)),
    );
    const total = (of: (result: RealResult) => number) =>
      median(runs.map((run) => run.reduce((sum, result) => sum + of(result), 0)));
    const predictedSwitches = (key: 'voluntarySwitches' | 'involuntarySwitches') =>
      predicted.processes.reduce((sum, process) => sum + process[key], 0);
    const slice = mean(runs.flatMap((run) => run.flatMap(({ turns }) => turns)));
    console.log(
      [
        `${load} on ${count}: makespan ${predicted.makespan.toFixed(1)} ms predicted, ${makespan.toFixed(1)} measured, ${percent(makespan, predicted.makespan)}`,
        ...predicted.processes.map(
          ({ name, turnaround }, index) =>
            `  ${name.padEnd(9)} ${turnaround.toFixed(1)} ms predicted, ${turnarounds[index]?.toFixed(1)} measured, ${percent(turnarounds[index] as number, turnaround)}`,
        ),
        `  switches: voluntary ${predictedSwitches('voluntarySwitches')} predicted, ${total((result) => result.voluntary)} measured; involuntary ${predictedSwitches('involuntarySwitches')}, ${total((result) => result.involuntary)}`,
        `  slice: ${predicted.sliceLength?.toFixed(2) ?? 'none'} ms predicted, ${slice.toFixed(2)} measured`,
        `  kernel ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}, median of ${runs.length} runs in which others had ${quietest.map(({ others }) => `${Math.round(100 * others)} %`).join(', ')}`,
      ].join('\n'),
    );
    const within = (measured: number, expected: number, share: number) => {
      expect(measured).toBeGreaterThan(expected * (1 - share));
      expect(measured).toBeLessThan(expected * (1 + share));
    };
    within(makespan, predicted.makespan, 0.2);
    for (const [index, { turnaround }] of predicted.processes.entries()) {
      within(turnarounds[index] as number, turnaround, 0.3);
    }
  });
});
