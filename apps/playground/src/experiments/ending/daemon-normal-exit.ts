import type { Experiment, Measuring } from '../../experiment.js';
import { isThere, startFamily } from '../../family-tree.js';
import { withoutProc } from '../../platform.js';

interface Figures {
  readonly isThereAfterParent: boolean;
  /** Whether it came to the end of its work. */
  readonly finished: boolean;
}

async function measure(measuring: Measuring, daemon: boolean): Promise<Figures> {
  const { middle, grandchild, heard } = await startFamily(measuring, {
    target: 'finishLater',
    daemon,
    ends: true,
  });
  await middle.join();
  return { isThereAfterParent: isThere(grandchild), finished: heard('done') !== undefined };
}

export const daemonNormalExit: Experiment<Figures> = {
  id: 'ending/daemon-normal-exit',
  claim: {
    en: 'A daemon lives no longer than its parent: when the parent comes to its end, it is ended in mid-work.',
    zh: '守护进程不会比父进程活得久：父进程一结束，它的活没干完也随之结束。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export async function task() {
  await setTimeout(2000);
  console.log('never printed');
}

if (isMainProcess) {
  const child = new Process({ target: task, daemon: true });
  child.start();
  await setTimeout(200);
  console.log('the main process ends');
}`,
  unavailable: withoutProc,
  measure: (measuring) => measure(measuring, true),
  judge: ({ isThereAfterParent, finished }) => ({
    holds: !isThereAfterParent && !finished,
    measured: {
      en: `after its parent’s end it is ${isThereAfterParent ? 'still there' : 'gone'}, its work ${finished ? 'finished' : 'unfinished'}`,
      zh: `父进程结束后它${isThereAfterParent ? '仍在' : '已不在'}，工作${finished ? '已完成' : '没有完成'}`,
    },
  }),
  control: {
    instead: {
      en: 'a child that is no daemon, for which its parent waits',
      zh: '不是守护进程，父进程会等它',
    },
    measure: (measuring) => measure(measuring, false),
  },
};
