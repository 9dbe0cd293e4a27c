import type { Experiment } from '../../experiment.js';
import { importProgram } from '../../program-urls.js';

interface Figures {
  readonly pid: number;
  readonly ranIn: number;
  readonly text: string;
}

export const byTarget: Experiment<Figures> = {
  id: 'creating/by-target',
  claim: {
    en: 'A function given as target, with its arguments, runs in a process of its own.',
    zh: '把函数作为 target、连同参数交给 Process，它就在自己的进程里运行。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

export function greet(guest) {
  console.log(\`\${guest} is running in \${process.pid}\`);
}

if (isMainProcess) {
  const child = new Process({ target: greet, args: ['anna'] });
  child.start();
  await child.join();
  console.log(\`this is \${process.pid}\`);
}`,
  async measure({ start }) {
    const { greet } = await importProgram('greet');
    const child = start({
      target: greet as (...args: unknown[]) => ReturnType<typeof greet>,
      args: ['anna'],
    });
    const { pid, text } = await child.result;
    return { pid: process.pid, ranIn: pid, text };
  },
  judge: ({ pid, ranIn, text }) => ({
    holds: pid !== ranIn && text === 'anna is running',
    measured: {
      en: `“${text}”, said by process ${ranIn}; this is process ${pid}`,
      zh: `“${text}”出自进程 ${ranIn}；本进程是 ${pid}`,
    },
  }),
  control: {
    instead: { en: 'the function called directly, without a Process', zh: '直接调用函数，不用 Process' },
    async measure() {
      const { greet } = await importProgram('greet');
      const { pid, text } = greet('anna');
      return { pid: process.pid, ranIn: pid, text };
    },
  },
};
