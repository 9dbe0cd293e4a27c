import { processState } from 'core-process';
import type { Experiment, Measuring } from '../../experiment.js';
import { withoutProc } from '../../platform.js';
import { program } from '../../program-urls.js';

/** The kernel's letter for the state of a process; null when there is no such process. */
type State = string | null;

interface Figures {
  readonly pid: number;
  readonly afterItsEnd: State;
  readonly afterJoin: State;
}

async function measure({ start }: Measuring, reapsFirst: boolean): Promise<Figures> {
  const child = start({ target: program('ending', 'finish') });
  const pid = child.pid as number;
  if (reapsFirst) await child.join();
  // Waits for the end and leaves it as it is: waitid(2) with WNOWAIT.
  else child.joinSync();
  const afterItsEnd = processState(pid) ?? null;
  await child.join();
  return { pid, afterItsEnd, afterJoin: processState(pid) ?? null };
}

export const zombie: Experiment<Figures> = {
  id: 'ending/zombie',
  claim: {
    en: 'A process that has ended stays in the process table as a zombie, until its parent has collected it.',
    zh: '结束了的进程作为僵尸留在进程表里，直到父进程回收。',
  },
  code: `import { Process, isMainProcess, processState } from 'core-process';

export function task() {}

if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  child.joinSync();
  console.log('ended:', processState(child.pid));
  await child.join();
  console.log('collected:', processState(child.pid));
}`,
  unavailable: withoutProc,
  measure: (measuring) => measure(measuring, false),
  judge: ({ pid, afterItsEnd, afterJoin }) => ({
    holds: afterItsEnd === 'Z' && afterJoin === null,
    measured: {
      en: `/proc/${pid}: state ${afterItsEnd ?? 'none'} after its end, ${afterJoin === null ? 'no such process' : `state ${afterJoin}`} after join()`,
      zh: `/proc/${pid}：结束后状态 ${afterItsEnd ?? '无'}，join() 之后${afterJoin === null ? '已无此进程' : `状态 ${afterJoin}`}`,
    },
  }),
  control: {
    instead: { en: 'looked at only after it was collected', zh: '回收之后才查看' },
    measure: (measuring) => measure(measuring, true),
  },
};
