import { setTimeout as sleep } from 'node:timers/promises';
import { processState } from 'core-process';
import { countBar } from '../../bars.js';
import { now } from '../../clock.js';
import { withoutPinning } from '../../cores.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { tell } from '../../meeting.js';
import { wasOnCpu } from '../../on-cpu.js';
import { ready, sharedCore } from '../../race.js';

interface Figures {
  /** How often the process was seen in each state. */
  readonly running: number;
  readonly ready: number;
  readonly blocked: number;
}

/** Nearer than this to a change, a look can't tell which side it was on, in milliseconds. */
const MARGIN_MS = 0.5;
/** Of all looks: more than by accident. */
const SEEN = 0.02;

/**
 * Looks at a process that shares its core with one that computes. The kernel's letter is R for running and ready
 * alike; which of them it was, the process' own record of when it was on the core tells.
 */
async function measure(measuring: Measuring, waits: boolean): Promise<Figures> {
  const other = await ready(measuring, 'attendAwake', [], sharedCore());
  const watched = waits
    ? await ready(measuring, 'computeAndWait', [15, 20, 20], sharedCore())
    : await ready(measuring, 'compute', [300], sharedCore());
  tell(other, watched);
  const looks: { readonly at: number; readonly state: string }[] = [];
  while (watched.isAlive()) {
    const before = now();
    const state = processState(watched.pid as number);
    const after = now();
    // A look that was interrupted itself does not say when it was.
    if (state !== undefined && after - before < MARGIN_MS) looks.push({ at: (before + after) / 2, state });
    await sleep(1);
  }
  const { begin, end, onCpu } = await watched.result;
  const counts = { running: 0, ready: 0, blocked: 0 };
  for (const { at, state } of looks) {
    if (at < begin || at > end) continue;
    if (state === 'S') counts.blocked++;
    if (state !== 'R') continue;
    const wasRunning = wasOnCpu(at, onCpu, MARGIN_MS);
    if (wasRunning !== undefined) counts[wasRunning ? 'running' : 'ready']++;
  }
  return counts;
}

export const threeStates: Experiment<Figures> = {
  id: 'multiplexing/three-states',
  claim: {
    en: 'A process is running, or ready and waiting for its core, or blocked and waiting for something else.',
    zh: '进程有三种状态：运行、就绪（等 CPU）、阻塞（等别的事情）。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess, processState } from 'core-process';

export async function task() {
  for (let i = 0; i < 20; i++) {
    const end = performance.now() + 20;
    while (performance.now() < end);
    await setTimeout(20);
  }
}

if (isMainProcess) {
  const seen = {};
  const child = new Process({ target: task });
  child.start();
  while (child.isAlive()) {
    const state = processState(child.pid);
    seen[state] = (seen[state] ?? 0) + 1;
    await setTimeout(1);
  }
  console.log('R is running or ready, S is blocked:', seen);
}`,
  unavailable: withoutPinning,
  measure: (measuring) => measure(measuring, true),
  judge: ({ running, ready: waiting, blocked }) => {
    const all = running + waiting + blocked;
    return {
      holds: all > 0 && [running, waiting, blocked].every((count) => count > all * SEEN),
      measured: {
        en: `of ${all} looks: running ${running}, ready ${waiting}, blocked ${blocked}`,
        zh: `查看 ${all} 次：运行 ${running}，就绪 ${waiting}，阻塞 ${blocked}`,
      },
    };
  },
  bars: ({ running, ready: waiting, blocked }) => [
    countBar('seen running', '看到运行', running),
    countBar('seen ready', '看到就绪', waiting),
    countBar('seen blocked', '看到阻塞', blocked),
  ],
  control: {
    instead: { en: 'a process that never waits', zh: '从不等待的进程' },
    measure: (measuring) => measure(measuring, false),
  },
};
