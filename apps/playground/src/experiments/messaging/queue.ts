import { Queue } from 'core-process';
import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';

interface Figures {
  readonly sent: readonly number[];
  readonly taken: readonly number[];
}

const ITEMS = Array.from({ length: 1000 }, (_, index) => index);

async function measure({ start }: Measuring, items: Queue<number> | number[]): Promise<Figures> {
  const child = start<number[]>({ target: program('messages', 'takeAll'), args: [items, ITEMS.length] });
  // Put in after the start: what was there before could have gone along with the arguments.
  for (const item of ITEMS) {
    if (items instanceof Queue) await items.put(item);
    else items.push(item);
  }
  return { sent: ITEMS, taken: await child.result };
}

export const queueHandsOver: Experiment<Figures> = {
  id: 'messaging/queue',
  claim: {
    en: 'Through a queue a process gets what another puts in while both are running, in that order.',
    zh: '通过队列，进程能取到另一个进程在运行中放入的东西，且次序不变。',
  },
  code: `import { Process, Queue, isMainProcess } from 'core-process';

export async function task(queue) {
  for (let n = 0; n < 3; n++) console.log('got', await queue.get());
}

if (isMainProcess) {
  const queue = new Queue();
  const child = new Process({ target: task, args: [queue] });
  child.start();
  for (const item of ['search', 'buy', 'leave']) await queue.put(item);
  await child.join();
  queue.close();
}`,
  measure: async (measuring) => {
    const queue = new Queue<number>();
    measuring.defer(() => queue.close());
    return await measure(measuring, queue);
  },
  judge: ({ sent, taken }) => ({
    holds: taken.length === sent.length && taken.every((item, index) => item === sent[index]),
    measured: {
      en: `${sent.length} put in, ${taken.length} taken out over there${taken.every((item, index) => item === sent[index]) ? ', in order' : ''}`,
      zh: `放入 ${sent.length} 项，对方取出 ${taken.length} 项${taken.every((item, index) => item === sent[index]) ? '，次序不变' : ''}`,
    },
  }),
  control: {
    instead: { en: 'an array as the argument', zh: '用数组作参数' },
    measure: (measuring) => measure(measuring, []),
  },
};
