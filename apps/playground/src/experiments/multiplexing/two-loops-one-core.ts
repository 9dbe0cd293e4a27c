import { timeBar } from '../../bars.js';
import { withoutPinning, withoutSecondCore, allowedCores } from '../../cores.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration } from '../../format.js';
import { parallelism, total } from '../../on-cpu.js';
import { predictLoops } from '../../predict-here.js';
import { lengthOf, race, ready, sharedCore } from '../../race.js';

interface Figures {
  /** Milliseconds that each loop was on a core. */
  readonly computed: readonly number[];
  /** Milliseconds from the first one's begin to the last one's end. */
  readonly time: number;
  /** What the model says it takes, if others leave the core alone. */
  readonly predicted: number;
  /** How many were on a core at a time, on average. */
  readonly parallelism: number;
}

const LOOP_MS = 300;
/** What a loop does not notice of its gaps is below 1 per cent; on two cores it is near 2. */
const ONE_AT_A_TIME = 1.05;

/** @param cores - of each loop */
async function measure(
  measuring: Measuring,
  cores: readonly [readonly number[], readonly number[]],
): Promise<Figures> {
  const children = [
    await ready(measuring, 'compute', [LOOP_MS], cores[0]),
    await ready(measuring, 'compute', [LOOP_MS], cores[1]),
  ];
  const results = await race(...children);
  const stretches = results.map(({ onCpu }) => onCpu);
  return {
    computed: stretches.map(total),
    time: lengthOf(results),
    predicted: predictLoops(children.length, LOOP_MS, new Set(cores.flat()).size).makespan,
    parallelism: parallelism(stretches),
  };
}

export const twoLoopsOneCore: Experiment<Figures> = {
  id: 'multiplexing/two-loops-one-core',
  claim: {
    en: 'A core runs one process at a time: two loops on one core take the sum of their times.',
    zh: '一个核同一时刻只能执行一个任务：两个循环放在一个核上，耗时是两者之和。',
  },
  code: `import { execFileSync } from 'node:child_process';
import { Process, isMainProcess } from 'core-process';

export function loop(core) {
  if (core !== undefined) execFileSync('taskset', ['-acp', core, process.pid]);
  let sum = 0;
  for (let i = 0; i < 3e8; i++) sum += i;
  return sum;
}

async function timeOf(count) {
  const began = performance.now();
  const children = Array.from({ length: count }, () => new Process({ target: loop, args: ['0'] }).start());
  for (const child of children) await child.join();
  return Math.round(performance.now() - began);
}

if (isMainProcess) {
  console.log(\`one loop on core 0: \${await timeOf(1)} ms\`);
  console.log(\`two loops on core 0: \${await timeOf(2)} ms\`);
}`,
  // A second core is what the control needs: without it, one at a time would show nothing.
  unavailable: () => withoutPinning() ?? withoutSecondCore(),
  measure: (measuring) => measure(measuring, [sharedCore(), sharedCore()]),
  judge: ({ computed, time, predicted, parallelism: atATime }) => {
    const sum = computed.reduce((all, ms) => all + ms, 0);
    return {
      holds: atATime < ONE_AT_A_TIME && time > sum * 0.95,
      measured: {
        en: `${computed.map(duration).join(' + ')} of computing took ${duration(time)}, ${duration(predicted)} in the model; ${atATime.toFixed(2)} loops ran at a time`,
        zh: `计算 ${computed.map(duration).join(' + ')}，共耗时 ${duration(time)}，模型预测 ${duration(predicted)}；同时在运行的循环平均 ${atATime.toFixed(2)} 个`,
      },
    };
  },
  bars: ({ computed, time, predicted }) => [
    ...computed.map((ms, index) => timeBar(`loop ${index + 1} computes`, `循环 ${index + 1} 计算`, ms)),
    timeBar('both took', '两个共用时', time),
    timeBar('in the model', '模型预测', predicted),
  ],
  control: {
    instead: { en: 'a core for each', zh: '每个循环各用一个核' },
    measure: (measuring) => measure(measuring, [allowedCores().slice(-2, -1), sharedCore()]),
  },
};
