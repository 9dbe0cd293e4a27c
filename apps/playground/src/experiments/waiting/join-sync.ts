import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';

interface Figures {
  /** How often a timer of the parent fired during the wait. */
  readonly ticks: number;
  readonly isAliveAfter: boolean;
}

async function measure({ start }: Measuring, isSync: boolean): Promise<Figures> {
  const child = start({ target: program('moments', 'workFor'), args: [100] });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  try {
    if (isSync) child.joinSync();
    else await child.join();
    return { ticks, isAliveAfter: child.isAlive() };
  } finally {
    clearInterval(timer);
  }
}

export const joinSync: Experiment<Figures> = {
  id: 'waiting/join-sync',
  claim: {
    en: 'joinSync() puts the whole thread of the parent to sleep, its event loop included.',
    zh: 'joinSync() 让父进程的整个线程睡眠，事件循环也不例外。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export const task = () => setTimeout(100);

if (isMainProcess) {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const child = new Process({ target: task }).start();
  child.joinSync();
  console.log(\`the timer fired \${ticks} times\`);
  clearInterval(timer);
}`,
  measure: (measuring) => measure(measuring, true),
  judge: ({ ticks, isAliveAfter }) => ({
    holds: ticks === 0 && !isAliveAfter,
    measured: {
      en: `a timer of the parent fired ${ticks} times before the child had ended`,
      zh: `子进程结束之前，父进程的定时器触发了 ${ticks} 次`,
    },
  }),
  control: {
    instead: { en: 'await join()', zh: 'await join()' },
    measure: (measuring) => measure(measuring, false),
  },
};
