import type { Experiment, Measuring } from '../../experiment.js';
import { hear } from '../../meeting.js';
import { withoutSignals } from '../../platform.js';
import { program } from '../../program-urls.js';

/** Exit code, or the signal's name. */
type End = number | string | null;

interface Figures {
  readonly returned: End;
  readonly exitedWith3: End;
  readonly threw: End;
  readonly killed: End;
}

async function endOf({ start }: Measuring, target: URL, args: unknown[] = []): Promise<End> {
  const child = start({ target, args });
  await child.join();
  return child.signalCode ?? child.exitCode;
}

async function killed({ start }: Measuring): Promise<End> {
  const child = start({ target: program('ending', 'stay') });
  await hear(child, 'ready');
  child.kill();
  await child.join();
  return child.signalCode ?? child.exitCode;
}

export const exitCodes: Experiment<Figures> = {
  id: 'ending/exit-codes',
  claim: {
    en: 'The exit code tells how a process ended: 0 by returning, 1 by an error, its own choice, or a signal.',
    zh: '退出码说明进程怎样结束：正常返回为 0，出错为 1，也可自行指定，或由信号结束。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

export function task(kind) {
  if (kind === 'exit') process.exit(3);
  if (kind === 'throw') throw new Error('on purpose');
}

if (isMainProcess) {
  for (const kind of ['return', 'exit', 'throw']) {
    const child = new Process({ target: task, args: [kind], stdio: 'ignore' });
    await child.start().join();
    console.log(kind, child.exit);
  }
}`,
  unavailable: withoutSignals,
  measure: async (measuring) => ({
    returned: await endOf(measuring, program('ending', 'finish')),
    exitedWith3: await endOf(measuring, program('ending', 'exitWith'), [3]),
    threw: await endOf(measuring, program('ending', 'fail')),
    killed: await killed(measuring),
  }),
  judge: ({ returned, exitedWith3, threw, killed }) => ({
    holds: returned === 0 && exitedWith3 === 3 && threw === 1 && killed === 'SIGKILL',
    measured: {
      en: `returned: ${returned}, process.exit(3): ${exitedWith3}, threw: ${threw}, killed: ${killed}`,
      zh: `正常返回：${returned}，process.exit(3)：${exitedWith3}，抛出错误：${threw}，被杀死：${killed}`,
    },
  }),
  control: {
    instead: { en: 'four that all return', zh: '四个都正常返回' },
    async measure(measuring) {
      const end = () => endOf(measuring, program('ending', 'finish'));
      return { returned: await end(), exitedWith3: await end(), threw: await end(), killed: await end() };
    },
  },
};
