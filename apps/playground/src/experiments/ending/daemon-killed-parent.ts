import type { Experiment, Measuring } from '../../experiment.js';
import { isThere, startFamily } from '../../family-tree.js';
import { duration } from '../../format.js';
import { until } from '../../meeting.js';
import { withoutProc } from '../../platform.js';

interface Figures {
  /** Milliseconds after its parent's end that it was seen to be gone; null when it went on. */
  readonly goneAfter: number | null;
}

/** How long a child that goes on is watched before we believe it. */
const WATCHED_MS = 2000;

async function measure(measuring: Measuring, daemon: boolean): Promise<Figures> {
  const { middle, grandchild } = await startFamily(measuring, { target: 'computeOn', daemon, ends: false });
  middle.kill();
  await middle.join();
  const ended = performance.now();
  const elapsed = () => performance.now() - ended;
  await until(measuring.signal, () => !isThere(grandchild) || (!daemon && elapsed() > WATCHED_MS));
  return { goneAfter: isThere(grandchild) ? null : elapsed() };
}

export const daemonKilledParent: Experiment<Figures> = {
  id: 'ending/daemon-killed-parent',
  claim: {
    en: 'A daemon ends with its parent even when that is killed by SIGKILL and the daemon computes without a pause.',
    zh: '即使父进程被 SIGKILL 杀死、守护进程正不停计算，它也会随父进程结束。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess, processState } from 'core-process';

export function daemon() {
  console.log(process.pid);
  for (;;);
}

export async function parent() {
  new Process({ target: daemon, daemon: true }).start();
  await setTimeout(60_000);
}

if (isMainProcess) {
  const middle = new Process({ target: parent, stdio: 'pipe' });
  middle.start();
  for await (const pid of middle.stdout) {
    console.log(\`daemon \${pid}: \${processState(pid)}\`);
    middle.kill();
    await middle.join();
    while (!['Z', undefined].includes(processState(pid))) await setTimeout(10);
    console.log('gone');
  }
}`,
  unavailable: withoutProc,
  measure: (measuring) => measure(measuring, true),
  judge: ({ goneAfter }) => ({
    holds: goneAfter !== null,
    measured:
      goneAfter === null
        ? { en: `still computing ${duration(WATCHED_MS)} later`, zh: `${duration(WATCHED_MS)} 后仍在计算` }
        : {
            en: `gone ${duration(goneAfter)} after its parent`,
            zh: `父进程结束 ${duration(goneAfter)} 后已不在`,
          },
  }),
  control: {
    instead: { en: 'a child that is no daemon', zh: '不是守护进程的子进程' },
    measure: (measuring) => measure(measuring, false),
  },
};
