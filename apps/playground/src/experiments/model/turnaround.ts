import { cpu, fcfs, type Policy, roundRobin, simulate } from 'scheduler-model';
import { withoutPinning } from '../../cores.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration, percent } from '../../format.js';
import { turns, workDoneBy } from '../../on-cpu.js';
import { race, ready, sharedCore } from '../../race.js';

interface Side {
  /** Milliseconds from the begin of the long and of the short process to its end, and to the end of both. */
  readonly long: number;
  readonly short: number;
  readonly makespan: number;
  /** How often the core was given to the other. */
  readonly switches: number;
}

interface Figures {
  readonly predicted: Side;
  readonly measured: Side;
}

const LONG_MS = 400;
const SHORT_MS = 200;
/** Near what Linux gives; turnarounds hardly depend on it. */
const QUANTUM_MS = 4;
const TOLERANCE = 0.15;

function predict(policy: Policy): Side {
  const run = simulate(
    [
      { name: 'long', script: [cpu(LONG_MS)] },
      { name: 'short', script: [cpu(SHORT_MS)] },
    ],
    { policy, machine: { cores: 1, unit: 'ms' } },
  );
  const [long, short] = run.processes.map(({ turnaround }) => turnaround ?? Number.NaN);
  return {
    long: long as number,
    short: short as number,
    makespan: run.metrics.makespan,
    switches: run.metrics.contextSwitches - 1,
  };
}

/**
 * Runs the same workload for real. Times are on a clock that stands while neither has the core: the model knows
 * nothing of what else this machine has to do.
 */
async function run(measuring: Measuring): Promise<Side> {
  const results = await race(
    await ready(measuring, 'compute', [LONG_MS], sharedCore()),
    await ready(measuring, 'compute', [SHORT_MS], sharedCore()),
  );
  const stretches = results.map(({ onCpu }) => onCpu);
  const [long, short] = results.map(
    ({ begin, end }) => workDoneBy(end, stretches) - workDoneBy(begin, stretches),
  );
  const last = Math.max(...results.map(({ end }) => end));
  return {
    long: long as number,
    short: short as number,
    makespan: workDoneBy(last, stretches),
    switches: turns(stretches) - 1,
  };
}

const errorOf = (predicted: number, measured: number): number => (measured - predicted) / predicted;

export const turnaround: Experiment<Figures> = {
  id: 'model/turnaround',
  claim: {
    en: 'The scheduler model predicts, by round robin, when two loops that share a core end.',
    zh: '调度模型按时间片轮转，能预测共享一个核的两个循环各在何时结束。',
  },
  code: `import { cpu, renderGanttText, roundRobin, simulate } from 'scheduler-model';

const run = simulate(
  [
    { name: 'long', script: [cpu(400)] },
    { name: 'short', script: [cpu(200)] },
  ],
  { policy: roundRobin({ quantum: 4 }), machine: { cores: 1, unit: 'ms' } },
);
console.log(renderGanttText(run));
for (const { name, turnaround } of run.processes) console.log(name, turnaround, 'ms');`,
  unavailable: withoutPinning,
  measure: async (measuring) => ({
    predicted: predict(roundRobin({ quantum: QUANTUM_MS })),
    measured: await run(measuring),
  }),
  judge: ({ predicted, measured }) => {
    const parts = (['short', 'long', 'makespan'] as const).map((part) =>
      errorOf(predicted[part], measured[part]),
    );
    const [short = 0, long = 0] = parts;
    return {
      holds:
        parts.every((error) => Math.abs(error) <= TOLERANCE) &&
        measured.short < measured.long === predicted.short < predicted.long,
      measured: {
        en: `short: ${predicted.short} ms predicted, ${duration(measured.short)} measured (${signed(short)}); long: ${predicted.long} ms, ${duration(measured.long)} (${signed(long)}); ±${percent(TOLERANCE)} allowed; switches: ${predicted.switches} in the model, ${measured.switches} here`,
        zh: `短：预测 ${predicted.short} ms，测得 ${duration(measured.short)}（${signed(short)}）；长：${predicted.long} ms，${duration(measured.long)}（${signed(long)}）；允许 ±${percent(TOLERANCE)}；模型切换 ${predicted.switches} 次，实际 ${measured.switches} 次`,
      },
    };
  },
  control: {
    instead: { en: 'a model that runs the long one to its end first', zh: '先把长的运行完的模型' },
    measure: async (measuring) => ({ predicted: predict(fcfs()), measured: await run(measuring) }),
  },
};

function signed(error: number): string {
  return `${error < 0 ? '−' : '+'}${percent(Math.abs(error))}`;
}
