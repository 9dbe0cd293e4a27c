import type { Experiment, Measuring } from '../../experiment.js';
import { hear, tell } from '../../meeting.js';
import { withoutSignals } from '../../platform.js';
import { importProgram, program } from '../../program-urls.js';

interface Figures {
  readonly before: number;
  readonly changedTo: number;
  readonly inChild: number;
}

/** Changes the parent's variable while the child is there, and then has the child read its own. */
async function measure({ start, defer }: Measuring, readsInChild: boolean): Promise<Figures> {
  const memory = await importProgram('memory');
  const before = memory.read();
  defer(() => void memory.change(before));
  const child = start<number>({ target: program('memory', 'readWhenTold') });
  await hear(child, 'ready');
  const changedTo = memory.change(7);
  tell(child);
  const read = await child.result;
  return { before, changedTo, inChild: readsInChild ? read : memory.read() };
}

export const parentChangeUnseen: Experiment<Figures> = {
  id: 'isolation/parent-change-unseen',
  claim: {
    en: 'Nor does a child see what the parent does to its n while both are running.',
    zh: '反过来，两者都在运行时，父进程修改 n，子进程也看不到。',
  },
  code: `import { once } from 'node:events';
import { Process, isMainProcess } from 'core-process';

let n = 100;

export async function task() {
  setTimeout(() => {}, 10_000);
  const told = once(process, 'SIGUSR2');
  console.log('ready');
  await told;
  console.log(\`n is \${n}\`);
  process.exit();
}

if (isMainProcess) {
  const child = new Process({ target: task, stdio: 'pipe' });
  child.start();
  for await (const line of child.stdout) {
    console.log(\`child: \${line}\`);
    if (line === 'ready') {
      n = 7;
      process.kill(child.pid, 'SIGUSR2');
    }
  }
  console.log(\`parent: n is \${n}\`);
}`,
  unavailable: withoutSignals,
  measure: (measuring) => measure(measuring, true),
  judge: ({ before, changedTo, inChild }) => ({
    holds: changedTo !== before && inChild === before,
    measured: {
      en: `n was ${before} in both; the parent made it ${changedTo}, and the child reads ${inChild}`,
      zh: `两边的 n 原为 ${before}；父进程改成 ${changedTo}，子进程读到 ${inChild}`,
    },
  }),
  control: {
    instead: { en: 'the read done within the parent’s own process', zh: '改由父进程自身来读' },
    measure: (measuring) => measure(measuring, false),
  },
};
