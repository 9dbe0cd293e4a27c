import type { Experiment, Measuring } from '../../experiment.js';
import { hear } from '../../meeting.js';
import { withoutSignals } from '../../platform.js';
import { program } from '../../program-urls.js';

interface Figures {
  readonly isAliveAfterTerminate: boolean;
  /** Null: it is still there. */
  readonly endedBy: string | null;
}

async function measure({ start }: Measuring, kills: boolean): Promise<Figures> {
  const child = start({ target: program('ending', 'refuse') });
  await hear(child, 'ready');
  child.terminate();
  await hear(child, 'refused');
  const isAliveAfterTerminate = child.isAlive();
  if (kills) {
    child.kill();
    await child.join();
  } else {
    child.terminate();
    await hear(child, 'refused');
  }
  return { isAliveAfterTerminate, endedBy: child.signalCode };
}

export const kill: Experiment<Figures> = {
  id: 'ending/kill',
  claim: {
    en: 'A process can refuse terminate(); kill() can’t be refused.',
    zh: '进程可以拒绝 terminate()；kill() 无法拒绝。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export async function task() {
  process.on('SIGTERM', () => console.log('not me'));
  console.log('ready');
  await setTimeout(60_000);
}

if (isMainProcess) {
  const child = new Process({ target: task, stdio: 'pipe' });
  child.start();
  for await (const line of child.stdout) {
    console.log(\`child: \${line}\`);
    if (line === 'ready') child.terminate();
    if (line === 'not me') child.kill();
  }
  await child.join();
  console.log(child.signalCode);
}`,
  unavailable: withoutSignals,
  measure: (measuring) => measure(measuring, true),
  judge: ({ isAliveAfterTerminate, endedBy }) => ({
    holds: isAliveAfterTerminate && endedBy === 'SIGKILL',
    measured: {
      en: `${isAliveAfterTerminate ? 'alive' : 'gone'} after terminate(), then ${endedBy === null ? 'still there' : `ended by ${endedBy}`}`,
      zh: `terminate() 之后${isAliveAfterTerminate ? '仍活着' : '已结束'}，随后${endedBy === null ? '依然在' : `由 ${endedBy} 结束`}`,
    },
  }),
  control: {
    instead: { en: 'terminate() once more instead of kill()', zh: '不用 kill()，而是再次 terminate()' },
    measure: (measuring) => measure(measuring, false),
  },
};
