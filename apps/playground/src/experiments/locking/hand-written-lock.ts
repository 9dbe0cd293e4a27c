import type { Experiment } from '../../experiment.js';
import { duration } from '../../format.js';
import { killHolder, type KilledHolderFigures, WATCHED_MS } from '../../killed-holder.js';
import { withoutLocks } from '../../sale.js';

export const handWrittenLock: Experiment<KilledHolderFigures> = {
  id: 'locking/hand-written-lock',
  claim: {
    en: 'A lock file written by hand keeps others out as well, but when its holder is killed it stays, and all wait for ever.',
    zh: '手写的锁文件同样能挡住别人，但持锁者一旦被杀死，文件就留了下来，大家永远等下去。',
  },
  code: `import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process, isMainProcess } from 'core-process';

export function holder(path) {
  closeSync(openSync(path, 'wx'));
  process.kill(process.pid, 'SIGKILL');
}

if (isMainProcess) {
  const folder = mkdtempSync(join(tmpdir(), 'lock-file-'));
  const path = join(folder, 'lock');
  const child = new Process({ target: holder, args: [path] });
  await child.start().join();
  try {
    openSync(path, 'wx');
  } catch (error) {
    console.log(\`\${child.signalCode}, and still \${error.code}\`);
  }
  rmSync(folder, { recursive: true });
}`,
  // The control is ours.
  unavailable: withoutLocks,
  measure: (measuring) => killHolder(measuring, 'lock-file'),
  judge: ({ holder, wasKeptOut, gotAfter }) => ({
    holds: wasKeptOut && gotAfter === null,
    measured: {
      en: `${wasKeptOut ? 'kept out' : 'let in'} while process ${holder} was alive; ${gotAfter === null ? `still waiting ${duration(WATCHED_MS)}` : `had it ${duration(gotAfter)}`} after it was killed`,
      zh: `进程 ${holder} 活着时${wasKeptOut ? '被挡住' : '没有被挡住'}；它被杀死${gotAfter === null ? ` ${duration(WATCHED_MS)} 后仍在等待` : ` ${duration(gotAfter)} 后得到锁`}`,
    },
  }),
  control: {
    instead: { en: 'FileLock, the operating system’s lock on a file', zh: 'FileLock，操作系统的文件锁' },
    measure: (measuring) => killHolder(measuring, 'file-lock'),
  },
};
