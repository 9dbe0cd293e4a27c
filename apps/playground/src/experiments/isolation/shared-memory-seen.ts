import { Value } from 'ipc-lock';
import type { Experiment, Measuring } from '../../experiment.js';
import { withoutSharedMemory } from '../../platform.js';
import { program } from '../../program-urls.js';

interface Figures {
  readonly before: number;
  readonly inChild: number;
  readonly inParent: number;
}

async function measure({ start }: Measuring, n: { value: number }): Promise<Figures> {
  const before = n.value;
  const child = start<number>({ target: program('memory', 'changeShared'), args: [n, 0] });
  const inChild = await child.result;
  return { before, inChild, inParent: n.value };
}

export const sharedMemorySeen: Experiment<Figures> = {
  id: 'isolation/shared-memory-seen',
  claim: {
    en: 'Shared memory is the exception: what a child changes there, the parent sees at once.',
    zh: '共享内存是例外：子进程在其中的修改，父进程立即可见。',
  },
  code: `import { Process, isMainProcess } from 'core-process';
import { Value } from 'ipc-lock';

export function task(n) {
  n.value = 0;
}

if (isMainProcess) {
  const n = new Value('int32', 100);
  const child = new Process({ target: task, args: [n] });
  child.start();
  await child.join();
  console.log(\`parent: n is \${n.value}\`);
  n.close();
}`,
  unavailable: withoutSharedMemory,
  measure: async (measuring) => {
    const n = new Value('int32', 100);
    measuring.defer(() => n.close());
    return await measure(measuring, n);
  },
  judge: ({ before, inChild, inParent }) => ({
    holds: inChild !== before && inParent === inChild,
    measured: {
      en: `n was ${before}; after the change it is ${inChild} in the child and ${inParent} in the parent`,
      zh: `n 原为 ${before}；修改后在子进程是 ${inChild}，在父进程是 ${inParent}`,
    },
  }),
  control: {
    instead: { en: 'an ordinary object as the argument', zh: '用普通对象作参数' },
    measure: (measuring) => measure(measuring, { value: 100 }),
  },
};
