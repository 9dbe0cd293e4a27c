import { timeBar } from '../../bars.js';
import { now } from '../../clock.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration } from '../../format.js';
import { program } from '../../program-urls.js';

interface Figures {
  /** Milliseconds after start(). */
  readonly childEnded: number;
  readonly parentWentOn: number;
  readonly isAliveThen: boolean;
}

async function measure({ start }: Measuring, joins: boolean): Promise<Figures> {
  const asked = now();
  const child = start<number>({ target: program('moments', 'workFor'), args: [100] });
  if (joins) await child.join();
  const wentOn = now();
  const isAliveThen = child.isAlive();
  const ended = await child.result;
  return { childEnded: ended - asked, parentWentOn: wentOn - asked, isAliveThen };
}

export const joinBlocks: Experiment<Figures> = {
  id: 'waiting/join-blocks',
  claim: {
    en: 'join() waits until the process has ended; the statement after it comes later than the child’s last.',
    zh: 'join() 一直等到进程结束；它之后的语句一定晚于子进程的最后一条语句。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export async function task() {
  await setTimeout(100);
  console.log('child: done');
}

if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  await child.join();
  console.log('parent: the line after join()');
}`,
  measure: (measuring) => measure(measuring, true),
  judge: ({ childEnded, parentWentOn, isAliveThen }) => ({
    holds: parentWentOn > childEnded && !isAliveThen,
    measured: {
      en: `the child was done after ${duration(childEnded)}, the parent went on after ${duration(parentWentOn)}, with the child ${isAliveThen ? 'still alive' : 'ended'}`,
      zh: `子进程 ${duration(childEnded)} 后完成，父进程 ${duration(parentWentOn)} 后继续，此时子进程${isAliveThen ? '仍活着' : '已结束'}`,
    },
  }),
  bars: ({ childEnded, parentWentOn }) => [
    timeBar('the child ended', '子进程结束', childEnded),
    timeBar('the parent went on', '父进程继续', parentWentOn),
  ],
  control: {
    instead: { en: 'no join() after start()', zh: 'start() 之后不 join()' },
    measure: (measuring) => measure(measuring, false),
  },
};
