import { join } from 'node:path';
import { copyable, withoutFork } from '../../copyable.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';
import type { Found } from '../../programs/copies.js';

interface Figures {
  readonly parent: Found;
  readonly child: Found;
}

async function measure({ start, folder }: Measuring, method: 'fork' | 'spawn'): Promise<Figures> {
  return await start<Figures>({
    ...copyable,
    target: program('copies', 'changeAndStart'),
    args: [method, join(folder, 'open')],
  }).result;
}

export const forkCopies: Experiment<Figures> = {
  id: 'creating/fork-copies',
  claim: {
    en: 'fork makes a copy of its caller: the same memory, the same environment strings, the same open files.',
    zh: 'fork 创建调用者的副本：相同的内存、相同的环境字符串、相同的打开文件。',
  },
  code: `// Run it with: node --single-threaded --v8-pool-size=1 fork.mjs
import { openSync, readlinkSync } from 'node:fs';
import { Process, startMethods } from 'core-process';

let n = 100;
n = 55;
process.env.TICKET_OFFICE = 'window 3';
const fd = openSync('/dev/null');

if (startMethods().includes('fork')) {
  const child = new Process({
    startMethod: 'fork',
    target: () => console.log(n, process.env.TICKET_OFFICE, readlinkSync(\`/proc/self/fd/\${fd}\`)),
  });
  child.start();
  await child.join();
} else {
  console.log('This Node can not be copied: start it as the first line says.');
}`,
  unavailable: withoutFork,
  measure: (measuring) => measure(measuring, 'fork'),
  judge: ({ parent, child }) => ({
    holds: child.n === parent.n && child.line === parent.line && child.file === parent.file,
    measured: {
      en: `n is ${parent.n} here and ${child.n} in the child, the string “${child.line ?? 'none'}”; the file is ${child.file === parent.file ? 'open there too' : 'not open there'}`,
      zh: `n 在父进程是 ${parent.n}，在子进程是 ${child.n}；环境字符串为「${child.line ?? '无'}」；文件在子进程中${child.file === parent.file ? '也打开着' : '没有打开'}`,
    },
  }),
  control: {
    instead: { en: 'spawn, which starts afresh', zh: '改用从头启动的 spawn' },
    measure: (measuring) => measure(measuring, 'spawn'),
  },
};
