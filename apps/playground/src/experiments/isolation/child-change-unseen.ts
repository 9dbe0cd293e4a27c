import type { Experiment, Measuring } from '../../experiment.js';
import { importProgram, program } from '../../program-urls.js';

interface Figures {
  readonly before: number;
  /** What the one who changed it read afterwards. */
  readonly changedTo: number;
  readonly inParent: number;
}

async function measure({ defer }: Measuring, change: (value: number) => Promise<number>): Promise<Figures> {
  const memory = await importProgram('memory');
  const before = memory.read();
  defer(() => void memory.change(before));
  const changedTo = await change(0);
  return { before, changedTo, inParent: memory.read() };
}

export const childChangeUnseen: Experiment<Figures> = {
  id: 'isolation/child-change-unseen',
  claim: {
    en: 'What a child does to its variable n, the parent’s n does not see.',
    zh: '子进程修改自己的变量 n，父进程的 n 不受影响。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

let n = 100;

export function task() {
  n = 0;
  console.log(\`child: n is \${n}\`);
}

if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  await child.join();
  console.log(\`parent: n is \${n}\`);
}`,
  measure: (measuring) =>
    measure(
      measuring,
      (value) => measuring.start<number>({ target: program('memory', 'change'), args: [value] }).result,
    ),
  judge: ({ before, changedTo, inParent }) => ({
    holds: changedTo !== before && inParent === before,
    measured: {
      en: `n was ${before}; after the change it is ${changedTo} in the child and ${inParent} in the parent`,
      zh: `n 原为 ${before}；修改后在子进程是 ${changedTo}，在父进程是 ${inParent}`,
    },
  }),
  control: {
    instead: { en: 'the same change within the parent’s own process', zh: '在父进程自身内做同样的修改' },
    measure: (measuring) =>
      measure(measuring, async (value) => (await importProgram('memory')).change(value)),
  },
};
