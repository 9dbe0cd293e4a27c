import { timeBar } from '../../bars.js';
import { now } from '../../clock.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration } from '../../format.js';
import { program } from '../../program-urls.js';

interface Figures {
  /** For each start, milliseconds from start() to the statement after it, and to the child's first. */
  readonly starts: readonly { readonly parentWentOn: number; readonly childRan: number }[];
}

const STARTS = 3;

async function measure({ start }: Measuring, waitsForEnd: boolean): Promise<Figures> {
  const starts: Figures['starts'][number][] = [];
  for (let count = 0; count < STARTS; count++) {
    const asked = now();
    const child = start<number>({ target: program('moments', 'moment') });
    if (waitsForEnd) child.joinSync();
    const wentOn = now();
    starts.push({ parentWentOn: wentOn - asked, childRan: (await child.result) - asked });
  }
  return { starts };
}

export const startReturnsFirst: Experiment<Figures> = {
  id: 'creating/start-returns-first',
  claim: {
    en: 'start() only asks the operating system for a process; the parent goes on before the child runs.',
    zh: 'start() 只是向操作系统发出请求；子进程还没运行，父进程就已继续往下执行。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

export function task() {
  console.log('child: running');
}

if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  console.log('parent: the line after start()');
  await child.join();
}`,
  measure: (measuring) => measure(measuring, false),
  judge: ({ starts }) => {
    const latestParent = Math.max(...starts.map(({ parentWentOn }) => parentWentOn));
    const earliestChild = Math.min(...starts.map(({ childRan }) => childRan));
    return {
      holds: starts.length > 0 && starts.every(({ parentWentOn, childRan }) => parentWentOn < childRan),
      measured: {
        en: `of ${starts.length} starts, the parent went on after ${duration(latestParent)} at the latest, the child ran after ${duration(earliestChild)} at the earliest`,
        zh: `启动 ${starts.length} 次：父进程最迟 ${duration(latestParent)} 后继续，子进程最早 ${duration(earliestChild)} 后运行`,
      },
    };
  },
  bars: ({ starts }) =>
    starts.flatMap(({ parentWentOn, childRan }, index) => [
      timeBar(`start ${index + 1}: the parent went on`, `第 ${index + 1} 次：父进程继续`, parentWentOn),
      timeBar(`start ${index + 1}: the child ran`, `第 ${index + 1} 次：子进程开始运行`, childRan),
    ]),
  control: {
    instead: { en: 'joinSync() right after start()', zh: 'start() 之后立即 joinSync()' },
    measure: (measuring) => measure(measuring, true),
  },
};
