import type { Experiment } from '../../experiment.js';
import { list } from '../../format.js';
import { hear, tell } from '../../meeting.js';
import { withoutSignals } from '../../platform.js';
import { importProgram, program } from '../../program-urls.js';
import type { Identity } from '../../programs/identity.js';

interface Figures {
  readonly pid: number;
  readonly children: readonly { readonly pid: number; readonly ppid: number }[];
}

const CHILDREN = 3;

const figuresOf = (identities: readonly Identity[]): Figures => ({
  pid: process.pid,
  children: identities.map(({ pid, ppid }) => ({ pid, ppid })),
});

export const pidAndPpid: Experiment<Figures> = {
  id: 'identity/pid-and-ppid',
  claim: {
    en: 'Each process has a number of its own, its pid, and knows that of its parent, its ppid.',
    zh: '每个进程都有唯一的编号 pid，也知道父进程的编号 ppid。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

export function task() {
  console.log(\`I am \${process.pid}, my parent is \${process.ppid}\`);
}

if (isMainProcess) {
  console.log(\`main is \${process.pid}\`);
  const children = [1, 2, 3].map(() => new Process({ target: task }).start());
  for (const child of children) await child.join();
}`,
  unavailable: withoutSignals,
  async measure({ start }) {
    const children = Array.from({ length: CHILDREN }, () =>
      start<Identity>({ target: program('identity', 'whoAmIWhenTold') }),
    );
    // All are there at once: numbers of processes that have ended may be given again.
    for (const child of children) await hear(child, 'ready');
    tell(...children);
    return figuresOf(await Promise.all(children.map((child) => child.result)));
  },
  judge: ({ pid, children }) => ({
    holds:
      children.length > 1 &&
      new Set([pid, ...children.map((child) => child.pid)]).size === children.length + 1 &&
      children.every(({ ppid }) => ppid === pid),
    measured: {
      en: `this process is ${pid}; its children are ${list(children.map((child) => child.pid))}, and say that their parent is ${list([...new Set(children.map(({ ppid }) => ppid))])}`,
      zh: `本进程是 ${pid}；子进程是 ${list(children.map((child) => child.pid))}，它们说父进程是 ${list([...new Set(children.map(({ ppid }) => ppid))])}`,
    },
  }),
  control: {
    instead: { en: 'function calls instead of processes', zh: '用函数调用代替进程' },
    async measure() {
      const { whoAmI } = await importProgram('identity');
      return figuresOf(Array.from({ length: CHILDREN }, () => whoAmI()));
    },
  },
};
