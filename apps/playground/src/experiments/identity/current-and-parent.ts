import type { Experiment } from '../../experiment.js';
import { importProgram, program } from '../../program-urls.js';
import type { Identity } from '../../programs/identity.js';

interface Figures {
  /** What the child says. */
  readonly said: Identity;
  /** What this process knows. */
  readonly pid: number;
  readonly childPid: number | null;
}

export const currentAndParent: Experiment<Figures> = {
  id: 'identity/current-and-parent',
  claim: {
    en: 'currentProcess() tells a process who it is, and parentProcess() who started it.',
    zh: 'currentProcess() 告诉进程自己是谁，parentProcess() 告诉它是谁启动了它。',
  },
  code: `import { Process, currentProcess, isMainProcess, parentProcess } from 'core-process';

export function task() {
  const parent = parentProcess();
  console.log(\`\${currentProcess().name} is \${currentProcess().pid}\`);
  console.log(\`\${parent.name} is \${parent.pid}, alive: \${parent.isAlive()}\`);
}

if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  await child.join();
  console.log(\`started: \${child.pid}, by \${process.pid}\`);
}`,
  async measure({ start }) {
    const child = start<Identity>({ target: program('identity', 'whoAmI') });
    return { said: await child.result, pid: process.pid, childPid: child.pid ?? null };
  },
  judge: ({ said: { pid, name, parent }, pid: own, childPid }) => ({
    holds: pid === childPid && parent !== null && parent.pid === own && parent.isAlive,
    measured: {
      en: `it says “${name}, ${pid}”, and of its parent ${parent === null ? 'nothing' : `“${parent.name}, ${parent.pid}”`}; process ${own} started ${childPid ?? 'none'}`,
      zh: `它自称“${name}，${pid}”，${parent === null ? '没有说出父进程' : `说父进程是“${parent.name}，${parent.pid}”`}；进程 ${own} 启动的是 ${childPid ?? '无'}`,
    },
  }),
  control: {
    instead: {
      en: 'asked in the main process, which nobody started so',
      zh: '在主进程里询问，它不是这样启动的',
    },
    async measure() {
      const { whoAmI } = await importProgram('identity');
      return { said: whoAmI(), pid: process.pid, childPid: null };
    },
  },
};
