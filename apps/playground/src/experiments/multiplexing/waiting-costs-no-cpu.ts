import { timeBar } from '../../bars.js';
import { withoutPinning } from '../../cores.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration } from '../../format.js';
import { tell } from '../../meeting.js';
import { race, ready, sharedCore } from '../../race.js';

interface Figures {
  /** Milliseconds of CPU time, on the one core that both share. */
  readonly waiterCpu: number;
  readonly computerCpu: number;
  /** Times the one who waits gave its core up. */
  readonly waiterVoluntary: number;
}

const LOOP_MS = 300;
/** Waking up costs a little each time; one that does not sleep would have as much as the other. */
const MOST_OF_A_WAITER = 0.3;
const SOME_SWITCHES = 10;

/** Both begin together, and the one who waits ends when the other has. */
async function measure(measuring: Measuring, waiting: 'attendAsleep' | 'attendAwake'): Promise<Figures> {
  const waiter = await ready(measuring, waiting, [], sharedCore());
  const computer = await ready(measuring, 'compute', [LOOP_MS], sharedCore());
  tell(waiter);
  const computed = (await race(computer)).reduce((sum, { cpu }) => sum + cpu, 0);
  tell(waiter);
  const { cpu, voluntary } = await waiter.result;
  return { waiterCpu: cpu, computerCpu: computed, waiterVoluntary: voluntary };
}

export const waitingCostsNoCpu: Experiment<Figures> = {
  id: 'multiplexing/waiting-costs-no-cpu',
  claim: {
    en: 'A process that waits gives its core up and costs hardly any CPU time: the core goes to one that computes.',
    zh: '等待中的进程让出 CPU，几乎不耗 CPU 时间：CPU 归正在计算的进程。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export async function waiter() {
  for (let i = 0; i < 100; i++) await setTimeout(5);
  const { userCPUTime, systemCPUTime, voluntaryContextSwitches } = process.resourceUsage();
  return \`\${(userCPUTime + systemCPUTime) / 1000} ms of CPU, its start included; gave up \${voluntaryContextSwitches} times\`;
}

if (isMainProcess) {
  console.log(await new Process({ target: waiter }).start().result);
}`,
  unavailable: withoutPinning,
  measure: (measuring) => measure(measuring, 'attendAsleep'),
  judge: ({ waiterCpu, computerCpu, waiterVoluntary }) => ({
    holds: waiterCpu < computerCpu * MOST_OF_A_WAITER && waiterVoluntary > SOME_SWITCHES,
    measured: {
      en: `on one core, waiting cost ${duration(waiterCpu)} and computing ${duration(computerCpu)}; the core was given up ${waiterVoluntary} times by the one who waits`,
      zh: `同一个核上，等待者用了 ${duration(waiterCpu)}，计算者用了 ${duration(computerCpu)}；等待者主动让出 ${waiterVoluntary} 次`,
    },
  }),
  bars: ({ waiterCpu, computerCpu }) => [
    timeBar('CPU time of the one that waits', '等待者的 CPU 时间', waiterCpu),
    timeBar('CPU time of the one that computes', '计算者的 CPU 时间', computerCpu),
  ],
  control: {
    instead: { en: 'waiting by looking at the clock all the time', zh: '不睡眠，而是不停看时钟地等' },
    measure: (measuring) => measure(measuring, 'attendAwake'),
  },
};
