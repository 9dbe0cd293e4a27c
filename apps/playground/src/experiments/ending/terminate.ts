import type { Experiment, Measuring } from '../../experiment.js';
import { hear } from '../../meeting.js';
import { withoutSignals } from '../../platform.js';
import { program } from '../../program-urls.js';

interface Figures {
  readonly hasEnded: boolean;
  readonly signal: string | null;
  readonly exitCode: number | null;
}

/** How long something that never ends by itself is watched. */
const WATCHED_MS = 500;

async function measure({ start }: Measuring, terminates: boolean): Promise<Figures> {
  const child = start({ target: program('ending', 'stay') });
  await hear(child, 'ready');
  if (terminates) child.terminate();
  const hasEnded = await child.join(terminates ? {} : { timeout: WATCHED_MS });
  return { hasEnded, signal: child.signalCode, exitCode: child.exitCode };
}

export const terminate: Experiment<Figures> = {
  id: 'ending/terminate',
  claim: {
    en: 'terminate() has the operating system end a process that would go on.',
    zh: 'terminate() 让操作系统结束一个本会继续运行的进程。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export const task = () => setTimeout(60_000);

if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  child.terminate();
  await child.join();
  console.log(child.signalCode, child.exitCode);
}`,
  unavailable: withoutSignals,
  measure: (measuring) => measure(measuring, true),
  judge: ({ hasEnded, signal, exitCode }) => ({
    holds: hasEnded && signal === 'SIGTERM' && exitCode === null,
    measured: hasEnded
      ? {
          en: `ended by ${signal ?? 'itself'}, exit code ${exitCode}`,
          zh: `由 ${signal ?? '自身'} 结束，退出码 ${exitCode}`,
        }
      : { en: `still there after ${WATCHED_MS} ms`, zh: `${WATCHED_MS} ms 后仍在` },
  }),
  control: {
    instead: { en: 'no terminate()', zh: '不调用 terminate()' },
    measure: (measuring) => measure(measuring, false),
  },
};
