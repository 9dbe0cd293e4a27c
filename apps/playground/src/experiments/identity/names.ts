import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';
import type { Identity } from '../../programs/identity.js';

interface Figures {
  readonly wanted: string;
  /** What the parent's object is called, and what the child says it is called. */
  readonly inParent: string;
  readonly inChild: string;
}

const NAME = 'ticket clerk';

async function measure({ start }: Measuring, name: string | undefined): Promise<Figures> {
  const child = start<Identity>({ target: program('identity', 'whoAmI'), name });
  const inParent = child.name;
  return { wanted: NAME, inParent, inChild: (await child.result).name };
}

export const names: Experiment<Figures> = {
  id: 'identity/names',
  claim: {
    en: 'A process can be given a name, which it knows too; without one it gets the next number.',
    zh: '可以给进程起名字，它自己也知道；不起名则按序号命名。',
  },
  code: `import { Process, currentProcess, isMainProcess } from 'core-process';

export function task() {
  console.log(\`I am \${currentProcess().name}\`);
}

if (isMainProcess) {
  const named = new Process({ target: task, name: 'ticket clerk' });
  await named.start().join();
  const unnamed = new Process({ target: task });
  await unnamed.start().join();
}`,
  measure: (measuring) => measure(measuring, NAME),
  judge: ({ wanted, inParent, inChild }) => ({
    holds: inParent === wanted && inChild === wanted,
    measured: {
      en: `the child says that it is “${inChild}”, the parent calls it “${inParent}”`,
      zh: `子进程自称“${inChild}”，父进程称它“${inParent}”`,
    },
  }),
  control: {
    instead: { en: 'no name given', zh: '不起名字' },
    measure: (measuring) => measure(measuring, undefined),
  },
};
