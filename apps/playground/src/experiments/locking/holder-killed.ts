import type { Experiment } from '../../experiment.js';
import { duration } from '../../format.js';
import { killHolder, type KilledHolderFigures, WATCHED_MS } from '../../killed-holder.js';
import { withoutLocks } from '../../sale.js';

export const holderKilled: Experiment<KilledHolderFigures> = {
  id: 'locking/holder-killed',
  claim: {
    en: 'A holder that is killed blocks nobody: the next one has the lock at once, and is told who died with it.',
    zh: '持锁者被杀死也不会挡住别人：下一个立即得到锁，并被告知是谁带着锁死去。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Lock } from 'ipc-lock';
import { Process, isMainProcess } from 'core-process';

export async function holder(lock) {
  await lock.runExclusive(async () => {
    console.log('held');
    await setTimeout(60_000);
  });
}

if (isMainProcess) {
  const lock = new Lock();
  const child = new Process({ target: holder, args: [lock], stdio: 'pipe' });
  child.start();
  for await (const line of child.stdout) {
    console.log(\`\${child.pid}: \${line}\`);
    child.kill();
  }
  const guard = await lock.acquire();
  console.log('ours now; it died with', guard.abandoned.pid);
  lock.close();
}`,
  unavailable: withoutLocks,
  measure: (measuring) => killHolder(measuring, 'lock'),
  judge: ({ holder, wasKeptOut, gotAfter, abandonedBy }) => ({
    holds: wasKeptOut && gotAfter !== null && abandonedBy === holder,
    measured:
      gotAfter === null
        ? {
            en: `still waiting ${duration(WATCHED_MS)} after process ${holder} was killed`,
            zh: `进程 ${holder} 被杀死 ${duration(WATCHED_MS)} 后仍在等待`,
          }
        : {
            en: `the next had it ${duration(gotAfter)} after process ${holder} was killed, and was told ${abandonedBy === null ? 'nothing' : `of ${abandonedBy}`}`,
            zh: `进程 ${holder} 被杀死 ${duration(gotAfter)} 后，下一个得到锁，${abandonedBy === null ? '没有得到通知' : `被告知是 ${abandonedBy}`}`,
          },
  }),
  control: {
    instead: { en: 'a lock file written by hand', zh: '自己手写的锁文件' },
    measure: (measuring) => killHolder(measuring, 'lock-file'),
  },
};
