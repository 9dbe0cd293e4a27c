import { timeBar } from '../../bars.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { duration, list } from '../../format.js';
import { program } from '../../program-urls.js';
import type { Span } from '../../programs/moments.js';

interface Figures {
  /** Milliseconds that each child waited. */
  readonly waits: readonly number[];
  /** Milliseconds from the first child's begin to the last one's end. */
  readonly oneByOne: number;
  readonly together: number;
}

// Long beside the difference of their starts, also on a machine that has much else to do.
const WAITS_MS = [500, 600, 700];

async function measure({ start }: Measuring, isTogether: boolean): Promise<Figures> {
  const startOne = (ms: number) => start<Span>({ target: program('moments', 'wait'), args: [ms] });
  const oneByOne: Span[] = [];
  for (const ms of WAITS_MS) {
    const child = startOne(ms);
    await child.join();
    oneByOne.push(await child.result);
  }
  if (!isTogether) return { waits: WAITS_MS, oneByOne: lengthOf(oneByOne), together: lengthOf(oneByOne) };
  const children = WAITS_MS.map(startOne);
  await Promise.all(children.map((child) => child.join()));
  const together = await Promise.all(children.map((child) => child.result));
  return { waits: WAITS_MS, oneByOne: lengthOf(oneByOne), together: lengthOf(together) };
}

function lengthOf(spans: readonly Span[]): number {
  return Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ begin }) => begin));
}

export const oneByOneOrTogether: Experiment<Figures> = {
  id: 'waiting/one-by-one-or-together',
  claim: {
    en: 'Starting and joining one by one costs the sum of all; starting all and then joining costs the longest.',
    zh: '逐个 start 再 join，耗时是总和；先全部 start 再 join，耗时只是最长的那个。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess } from 'core-process';

export const task = (ms) => setTimeout(ms);

if (isMainProcess) {
  const make = (ms) => new Process({ target: task, args: [ms] });

  console.time('one by one');
  for (const ms of [500, 600, 700]) await make(ms).start().join();
  console.timeEnd('one by one');

  console.time('together');
  const children = [500, 600, 700].map((ms) => make(ms).start());
  for (const child of children) await child.join();
  console.timeEnd('together');
}`,
  measure: (measuring) => measure(measuring, true),
  judge: ({ waits, oneByOne, together }) => {
    const sum = waits.reduce((total, ms) => total + ms, 0);
    return {
      // Timers may fire up to a millisecond early.
      holds: oneByOne >= sum - waits.length && together >= Math.max(...waits) - 1 && together < sum,
      measured: {
        en: `three waits of ${list(waits)} ms: one by one ${duration(oneByOne)}, together ${duration(together)}`,
        zh: `三个等待 ${list(waits)} ms：逐个 ${duration(oneByOne)}，一起 ${duration(together)}`,
      },
    };
  },
  bars: ({ waits, oneByOne, together }) => [
    ...waits.map((wait, index) => timeBar(`child ${index + 1} waits`, `子进程 ${index + 1} 等待`, wait)),
    timeBar('one by one', '逐个', oneByOne),
    timeBar('together', '一起', together),
  ],
  control: {
    instead: { en: '“together” joined one by one as well', zh: '“一起”也逐个 join' },
    measure: (measuring) => measure(measuring, false),
  },
};
