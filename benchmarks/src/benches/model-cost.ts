/**
 * What an event of the scheduler model costs as processes, cores and events grow; writes the plot
 * benchmarks/model-cost.svg. Asked for: n log n or better, so that an event costs at most as many times
 * more as the logarithm grew.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cfs, cpu, type Policy, roundRobin, simulate } from 'scheduler-model';
import { cpuTime } from '../cpu-time.js';
import { logPlot } from '../log-plot.js';
import { runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';

interface Load {
  readonly processes: number;
  readonly cores: number;
  readonly events: number;
}

const BASE: Load = { processes: 1000, cores: 1, events: 300_000 };
const SERIES: readonly { readonly axis: keyof Load; readonly values: readonly number[] }[] = [
  { axis: 'processes', values: [10, 100, 1000, 10_000, 100_000] },
  { axis: 'cores', values: [1, 4, 16, 64, 256] },
  { axis: 'events', values: [100_000, 300_000, 1_000_000, 3_000_000] },
];
const POLICIES: readonly { readonly name: string; readonly make: () => Policy }[] = [
  { name: 'round robin', make: () => roundRobin({ quantum: 1 }) },
  { name: 'cfs', make: () => cfs({ latency: 1, minGranularity: 1 }) },
];

const nameOf = (policy: string, axis: keyof Load, value: number): string => `${policy}, ${value} ${axis}`;

function point(policy: (typeof POLICIES)[number], axis: keyof Load, value: number): Subject {
  const load = { ...BASE, [axis]: value };
  // With fewer turns each, it would be what a process costs to set up.
  const turns = Math.max(30, Math.ceil(load.events / load.processes));
  const events = turns * load.processes;
  const processes = Array.from({ length: load.processes }, (_, index) => ({
    name: `p${index}`,
    script: [cpu(turns)],
  }));
  return {
    name: nameOf(policy.name, axis, value),
    measure: () => {
      const began = cpuTime();
      simulate(processes, {
        policy: policy.make(),
        machine: { cores: load.cores },
        trace: 'none',
        maxEvents: 1e9,
      });
      return [{ metric: 'an event', unit: 'ns', value: ((cpuTime() - began) * 1e6) / events }];
    },
  };
}

const logarithm = (from: number, to: number): number => Math.log2(to) / Math.max(1, Math.log2(from));

const report = await runBench({
  bench: 'model-cost',
  rounds: 3,
  subjects: POLICIES.flatMap((policy) =>
    SERIES.flatMap(({ axis, values }) => values.map((value) => point(policy, axis, value))),
  ),
  ratios: POLICIES.flatMap(({ name }) =>
    SERIES.map(({ axis, values }) => ({
      metric: 'an event',
      ours: nameOf(name, axis, values.at(-1) as number),
      peer: nameOf(name, axis, values[0] as number),
      target: Number(logarithm(values[0] as number, values.at(-1) as number).toFixed(2)),
      bound: 'at most' as const,
    })),
  ),
});

writeFileSync(
  fileURLToPath(new URL('../model-cost.svg', programs)),
  logPlot({
    title: `scheduler-model: what an event costs (${report.cpu}, Node ${report.node})`,
    unit: 'ns an event',
    panels: SERIES.map(({ axis, values }) => ({
      title: `by ${axis}`,
      series: POLICIES.map(({ name }) => ({
        name,
        points: values.map((value) => {
          const result = report.results.find(({ subject }) => subject === nameOf(name, axis, value));
          return { x: value, y: result?.median ?? Number.NaN };
        }),
      })),
    })),
  }),
);
