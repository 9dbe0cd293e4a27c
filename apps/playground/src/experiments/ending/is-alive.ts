import { Process } from 'core-process';
import type { Experiment, Measuring } from '../../experiment.js';
import { hear } from '../../meeting.js';
import { program } from '../../program-urls.js';

interface Figures {
  readonly beforeStart: boolean;
  readonly running: boolean;
  readonly atTheEnd: boolean;
}

async function measure({ own }: Measuring, ends: boolean): Promise<Figures> {
  const child = own(new Process({ target: program('ending', 'stay'), stdio: 'pipe' }));
  const beforeStart = child.isAlive();
  child.start();
  await hear(child, 'ready');
  const running = child.isAlive();
  if (ends) {
    child.kill();
    // Not join(): a zombie that nobody has reaped yet is not alive either.
    child.joinSync();
  }
  return { beforeStart, running, atTheEnd: child.isAlive() };
}

export const isAlive: Experiment<Figures> = {
  id: 'ending/is-alive',
  claim: {
    en: 'isAlive() is true from start() to the end of the process, and neither before nor after.',
    zh: 'isAlive() 从 start() 到进程结束为真，之前和之后都为假。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export const task = () => setTimeout(100);

if (isMainProcess) {
  const child = new Process({ target: task });
  console.log('before start():', child.isAlive());
  child.start();
  console.log('after start():', child.isAlive());
  await child.join();
  console.log('after join():', child.isAlive());
}`,
  measure: (measuring) => measure(measuring, true),
  judge: ({ beforeStart, running, atTheEnd }) => ({
    holds: !beforeStart && running && !atTheEnd,
    measured: {
      en: `${beforeStart} before start(), ${running} while it runs, ${atTheEnd} at the end`,
      zh: `start() 之前 ${beforeStart}，运行中 ${running}，最后 ${atTheEnd}`,
    },
  }),
  control: {
    instead: { en: 'a process that has not ended', zh: '进程没有结束' },
    measure: (measuring) => measure(measuring, false),
  },
};
