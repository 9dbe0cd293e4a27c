import { cpuCount } from 'core-process';
import { timeBar } from '../../bars.js';
import { allowedCores, withoutPinning, withoutSecondCore } from '../../cores.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration } from '../../format.js';
import { parallelism, total, union } from '../../on-cpu.js';
import { predictLoops } from '../../predict-here.js';
import { lengthOf, race, ready, sharedCore } from '../../race.js';

interface Figures {
  readonly cores: number;
  readonly processes: number;
  /** Milliseconds that all of them were on a core, together. */
  readonly computed: number;
  /** Milliseconds from the first one's begin to the last one's end. */
  readonly time: number;
  /** What the model says it takes, if others leave the cores alone. */
  readonly predicted: number;
  /** How many were on a core at a time, on average. */
  readonly parallelism: number;
  /** Milliseconds during which more than one was on a core. */
  readonly together: number;
  /** Races that were held: the best counts, as other programs may have had the cores during the others. */
  readonly races: number;
}

const LOOP_MS = 300;
const MOST_PROCESSES = 4;
const MOST_RACES = 8;

/**
 * On one core there is none of it, but for gaps that are too short to be seen: a millisecond in all. Where others
 * keep all cores busy there is little of it; some is enough.
 */
const TOGETHER_FROM_MS = 8;

async function measure(measuring: Measuring, cores: readonly number[]): Promise<Figures> {
  let best: Figures | undefined;
  for (let races = 1; races <= MOST_RACES; races++) {
    const figures = { ...(await measureRace(measuring, cores)), races };
    if (best === undefined || figures.together > best.together) best = figures;
    best = { ...best, races };
    if (best.together > TOGETHER_FROM_MS) break;
  }
  return best as Figures;
}

async function measureRace(measuring: Measuring, cores: readonly number[]): Promise<Omit<Figures, 'races'>> {
  const processes = Math.min(MOST_PROCESSES, cpuCount());
  const children = [];
  for (let count = 0; count < processes; count++) {
    children.push(await ready(measuring, 'compute', [LOOP_MS], cores));
  }
  const results = await race(...children);
  const stretches = results.map(({ onCpu }) => onCpu);
  const computed = stretches.reduce((sum, each) => sum + total(each), 0);
  return {
    cores: cores.length,
    processes,
    computed,
    together: computed - total(union(stretches)),
    time: lengthOf(results),
    predicted: predictLoops(processes, LOOP_MS, cores.length).makespan,
    parallelism: parallelism(stretches),
  };
}

export const parallel: Experiment<Figures> = {
  id: 'multiplexing/parallel',
  claim: {
    en: 'With several cores, processes run truly at the same time: the work of two is done in the time of one.',
    zh: '有多个核，进程才真正同时运行：两份工作只花一份的时间。',
  },
  code: `import { Process, cpuCount, isMainProcess } from 'core-process';

export function loop() {
  let sum = 0;
  for (let i = 0; i < 3e8; i++) sum += i;
  return sum;
}

async function timeOf(count) {
  const began = performance.now();
  const children = Array.from({ length: count }, () => new Process({ target: loop }).start());
  for (const child of children) await child.join();
  return Math.round(performance.now() - began);
}

if (isMainProcess) {
  const cores = cpuCount();
  console.log(\`1 process: \${await timeOf(1)} ms\`);
  console.log(\`\${cores} processes on \${cores} cores: \${await timeOf(cores)} ms\`);
}`,
  // Pinning is what the control needs.
  unavailable: () => withoutSecondCore() ?? withoutPinning(),
  measure: (measuring) => measure(measuring, allowedCores()),
  judge: ({ cores, processes, computed, time, predicted, parallelism: atATime, together }) => ({
    holds: cores > 1 && together > TOGETHER_FROM_MS,
    measured: {
      en: `${processes} loops, ${duration(computed)} of computing, took ${duration(time)} on ${cores} ${cores === 1 ? 'core' : 'cores'}, ${duration(predicted)} in the model; ${atATime.toFixed(2)} ran at a time`,
      zh: `${processes} 个循环共计算 ${duration(computed)}，在 ${cores} 个核上耗时 ${duration(time)}，模型预测 ${duration(predicted)}；平均同时运行 ${atATime.toFixed(2)} 个`,
    },
  }),
  bars: ({ computed, time, predicted }) => [
    timeBar('computing, all together', '计算时间合计', computed),
    timeBar('took', '耗时', time),
    timeBar('in the model', '模型预测', predicted),
  ],
  control: {
    instead: { en: 'one core for all of them', zh: '全部放在一个核上' },
    measure: (measuring) => measure(measuring, sharedCore()),
  },
};
