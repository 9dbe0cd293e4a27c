import { processState } from 'core-process';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration } from '../../format.js';
import { until } from '../../meeting.js';
import { withoutProc } from '../../platform.js';
import { program } from '../../program-urls.js';

interface Figures {
  /** State in /proc when it was last looked at; null when there was no such process any more. */
  readonly state: string | null;
  /** Milliseconds from its end to that look. */
  readonly after: number;
}

/** How long the parent's event loop is kept from turning. */
const BLOCKED_MS = 300;

async function measure({ start, signal }: Measuring, loopTurns: boolean): Promise<Figures> {
  const child = start({ target: program('ending', 'finish') });
  const pid = child.pid as number;
  // Tells the moment of its end without collecting it.
  child.joinSync();
  const ended = performance.now();
  if (loopTurns) await until(signal, () => processState(pid) === undefined);
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
  return { state: processState(pid) ?? null, after: performance.now() - ended };
}

export const reapedWithoutJoin: Experiment<Figures> = {
  id: 'ending/reaped-without-join',
  claim: {
    en: 'Zombies are collected although nobody joins them: the parent does it as its event loop turns.',
    zh: '没有人 join，僵尸也会被回收：父进程的事件循环一转就会处理。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess, processState } from 'core-process';

export function task() {}

if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  while (processState(child.pid) !== undefined) {
    await setTimeout(10);
  }
  console.log('collected, and nobody joined');
}`,
  unavailable: withoutProc,
  measure: (measuring) => measure(measuring, true),
  judge: ({ state, after }) => ({
    holds: state === null,
    measured: {
      en: `${duration(after)} after its end: ${state === null ? 'no such process any more' : `still in state ${state}`}`,
      zh: `结束 ${duration(after)} 后：${state === null ? '已无此进程' : `仍处于状态 ${state}`}`,
    },
  }),
  control: {
    instead: { en: 'a parent whose event loop is blocked', zh: '父进程的事件循环被阻塞' },
    measure: (measuring) => measure(measuring, false),
  },
};
