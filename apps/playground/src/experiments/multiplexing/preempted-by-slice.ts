import { timeBar } from '../../bars.js';
import { withoutPinning } from '../../cores.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration, list } from '../../format.js';
import { total, turns } from '../../on-cpu.js';
import { predictLoops } from '../../predict-here.js';
import { race, ready, relay, sharedCore } from '../../race.js';

interface Figures {
  /** Times the core was taken from each loop, by the kernel's count, and times each gave it up. */
  readonly involuntary: readonly number[];
  readonly voluntary: readonly number[];
  /** How often the core went from one to the other. */
  readonly turns: number;
  /** Milliseconds, on average. */
  readonly turn: number;
  /** Milliseconds of a turn, and times that the core is taken away from both, as the model has it. */
  readonly predicted: { readonly turn: number; readonly involuntary: number };
}

const LOOP_MS = 500;
/** Two loops that are not interrupted have two turns; with slices of any usual length there are dozens. */
const FEW_TURNS = 6;

async function measure(measuring: Measuring, isConcurrent: boolean): Promise<Figures> {
  const children = [
    await ready(measuring, 'compute', [LOOP_MS], sharedCore()),
    await ready(measuring, 'compute', [LOOP_MS], sharedCore()),
  ];
  const results = isConcurrent ? await race(...children) : await relay(...children);
  const stretches = results.map(({ onCpu }) => onCpu);
  const taken = turns(stretches);
  const { sliceLength, processes } = predictLoops(children.length, LOOP_MS, 1);
  return {
    involuntary: results.map(({ involuntary }) => involuntary),
    voluntary: results.map(({ voluntary }) => voluntary),
    turns: taken,
    turn: total(stretches.flat()) / taken,
    predicted: {
      turn: sliceLength as number,
      involuntary: processes.reduce((sum, { involuntarySwitches }) => sum + involuntarySwitches, 0),
    },
  };
}

export const preemptedBySlice: Experiment<Figures> = {
  id: 'multiplexing/preempted-by-slice',
  claim: {
    en: 'A process that computes for long has its core taken away when its time slice is over: loops take turns.',
    zh: '一个任务占用 CPU 过久，时间片一到就被操作系统收回：几个循环轮流执行。',
  },
  code: `import { execFileSync } from 'node:child_process';
import { Process, isMainProcess } from 'core-process';

export function loop() {
  execFileSync('taskset', ['-acp', '0', process.pid]);
  const before = process.resourceUsage().involuntaryContextSwitches;
  const end = performance.now() + 600;
  while (performance.now() < end);
  return process.resourceUsage().involuntaryContextSwitches - before;
}

if (isMainProcess) {
  const children = [1, 2].map(() => new Process({ target: loop }).start());
  for (const child of children) {
    console.log(\`its core was taken away \${await child.result} times\`);
  }
}`,
  unavailable: withoutPinning,
  measure: (measuring) => measure(measuring, true),
  judge: ({ involuntary, voluntary, turns: taken, turn, predicted }) => ({
    holds:
      taken > FEW_TURNS &&
      involuntary.every((count, index) => count > FEW_TURNS / 2 && count > (voluntary[index] as number)),
    measured: {
      en: `${taken} turns of ${duration(turn)} on average; the core was taken away ${list(involuntary)} times, given up ${list(voluntary)} times; in the model turns are ${duration(predicted.turn)}, and it is taken away ${predicted.involuntary} times in all`,
      zh: `${taken} 轮，每轮平均 ${duration(turn)}；被夺走 CPU ${list(involuntary)} 次，主动让出 ${list(voluntary)} 次；模型预测每轮 ${duration(predicted.turn)}，共被夺走 ${predicted.involuntary} 次`,
    },
  }),
  bars: ({ turn, predicted }) => [
    timeBar('a turn', '每轮', turn),
    timeBar('in the model', '模型预测', predicted.turn),
  ],
  control: {
    instead: { en: 'one loop after the other', zh: '一个循环结束后才开始另一个' },
    measure: (measuring) => measure(measuring, false),
  },
};
