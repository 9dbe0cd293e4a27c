import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment, Measuring } from '../../experiment.js';
import { importProgram, program } from '../../program-urls.js';

interface View {
  readonly n: number;
  readonly isFileOpen: boolean;
}

interface Figures {
  readonly parent: View;
  readonly child: View;
}

/** Changes the variable and opens a file, then has someone look. */
async function measure(
  { folder, defer }: Measuring,
  look: (fd: number, inode: number) => Promise<View>,
): Promise<Figures> {
  const memory = await importProgram('memory');
  const fd = openSync(join(folder, 'open'), 'w');
  const before = memory.read();
  defer(() => {
    closeSync(fd);
    memory.change(before);
  });
  memory.change(7);
  const inode = fstatSync(fd).ino;
  return { parent: memory.lookAround(fd, inode), child: await look(fd, inode) };
}

export const spawnStartsAfresh: Experiment<Figures> = {
  id: 'creating/spawn-starts-afresh',
  claim: {
    en: 'spawn, the way of CreateProcess, loads the program anew: no variable as it was left, no file left open.',
    zh: 'spawn（CreateProcess 的方式）重新装入程序：父进程改过的变量、打开的文件都不会带过去。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

let n = 100;

export function task() {
  console.log(\`child: n is \${n}\`);
}

if (isMainProcess) {
  n = 7;
  const child = new Process({ target: task, startMethod: 'spawn' });
  child.start();
  await child.join();
  console.log(\`parent: n is \${n}\`);
}`,
  measure: (measuring) =>
    measure(
      measuring,
      (fd, inode) =>
        measuring.start<View>({
          target: program('memory', 'lookAround'),
          args: [fd, inode],
          startMethod: 'spawn',
        }).result,
    ),
  judge: ({ parent, child }) => ({
    holds: parent.isFileOpen && parent.n !== child.n && !child.isFileOpen,
    measured: {
      en: `n is ${parent.n} here and ${child.n} in the child; the file open here is ${child.isFileOpen ? 'open' : 'not open'} there`,
      zh: `n 在这里是 ${parent.n}，在子进程是 ${child.n}；这里打开的文件在那里${child.isFileOpen ? '也打开着' : '没有打开'}`,
    },
  }),
  control: {
    instead: { en: 'a look from within the same process', zh: '在同一个进程里查看' },
    measure: (measuring) =>
      measure(measuring, async (fd, inode) => (await importProgram('memory')).lookAround(fd, inode)),
  },
};
