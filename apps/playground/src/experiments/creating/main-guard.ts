import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';

interface Figures {
  /** Processes that imported the program: the main one included. */
  readonly processes: number;
  /** What the main process heard from its child. */
  readonly said: string;
}

/** Runs a whole main program, and reads what its processes wrote into a file. */
async function measure({ folder, signal }: Measuring, url: URL): Promise<Figures> {
  const file = join(folder, 'lines');
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [fileURLToPath(url), file], { signal }, (error) =>
      error === null || existsSync(file) ? resolve() : reject(error),
    );
  });
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const imports = lines.filter((line) => line.startsWith('imported by '));
  return { processes: imports.length, said: lines.find((line) => !imports.includes(line)) ?? '' };
}

export const mainGuard: Experiment<Figures> = {
  id: 'creating/main-guard',
  claim: {
    en: 'Without the main guard a child would start a child while importing the program, and so on: it is refused.',
    zh: '没有主模块保护，子进程导入程序时又会启动子进程，没有尽头：因此会被拒绝。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

export function task() {
  console.log('the task ran');
}

// Without this guard: ERR_STARTED_WHILE_IMPORTING, in the first child.
if (isMainProcess) {
  const child = new Process({ target: task });
  child.start();
  await child.join();
}`,
  measure: (measuring) => measure(measuring, program('no-guard')),
  judge: ({ processes, said }) => ({
    holds: processes === 2 && said === 'error ERR_STARTED_WHILE_IMPORTING',
    measured: {
      en: `${processes} processes imported the program, then: ${said}`,
      zh: `${processes} 个进程导入了程序，随后：${said}`,
    },
  }),
  control: {
    instead: { en: 'the same program with the guard', zh: '同一程序，加上保护' },
    measure: (measuring) => measure(measuring, program('with-guard')),
  },
};
