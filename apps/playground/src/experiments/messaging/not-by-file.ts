import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'core-process';
import { Lock, Value } from 'ipc-lock';
import { timeBar } from '../../bars.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { withoutSharedMemory } from '../../platform.js';
import { program } from '../../program-urls.js';

/** One way to count together. */
interface Way {
  /** Microseconds for each addition, in the slowest of the processes. */
  readonly each: number;
  /** What all additions came to. */
  readonly counted: number;
}

interface Figures {
  readonly additions: number;
  readonly file: Way;
  readonly queue: Way;
  readonly memory: Way;
}

const PROCESSES = 2;
const TIMES = 500;

/** @returns microseconds for each addition, when all processes have ended */
async function additions({ start }: Measuring, target: URL, args: readonly unknown[]): Promise<number> {
  const children = Array.from({ length: PROCESSES }, () => start<number>({ target, args: [...args, TIMES] }));
  const times = await Promise.all(children.map((child) => child.result));
  return (Math.max(...times) * 1000) / TIMES;
}

async function byFile(measuring: Measuring): Promise<Way> {
  const file = join(measuring.folder, `number-${process.hrtime.bigint()}`);
  writeFileSync(file, '0');
  const lock = new Lock();
  measuring.defer(() => lock.close());
  const each = await additions(measuring, program('messages', 'countInFile'), [file, lock]);
  return { each, counted: Number(readFileSync(file, 'utf8')) };
}

async function byMemory(measuring: Measuring): Promise<Way> {
  const n = new Value('int32');
  measuring.defer(() => n.close());
  const each = await additions(measuring, program('messages', 'countInMemory'), [n]);
  return { each, counted: n.value };
}

async function byQueue(measuring: Measuring): Promise<Way> {
  const ones = new Queue<number>();
  measuring.defer(() => ones.close());
  const adding = additions(measuring, program('messages', 'countByQueue'), [ones]);
  let counted = 0;
  for (let message = 0; message < PROCESSES * TIMES; message++) counted += await ones.get();
  return { each: await adding, counted };
}

async function measure(measuring: Measuring): Promise<Figures> {
  return {
    additions: PROCESSES * TIMES,
    file: await byFile(measuring),
    queue: await byQueue(measuring),
    memory: await byMemory(measuring),
  };
}

const microseconds = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} µs`;

export const notByFile: Experiment<Figures> = {
  id: 'messaging/not-by-file',
  claim: {
    en: 'Sharing data by a file is slow, and needs a lock: messages and shared memory are faster.',
    zh: '用文件共享数据既慢，又要自己加锁；用消息和共享内存更快。',
  },
  code: `import { Process, isMainProcess } from 'core-process';
import { Value } from 'ipc-lock';

export function task(n) {
  for (let count = 0; count < 1000; count++) n.add(1);
}

if (isMainProcess) {
  const n = new Value('int32');
  const children = [1, 2].map(() => new Process({ target: task, args: [n] }).start());
  for (const child of children) await child.join();
  console.log(\`no lock, and nothing lost: \${n.value}\`);
  n.close();
}`,
  unavailable: withoutSharedMemory,
  measure,
  judge: ({ additions: all, file, queue, memory }) => ({
    holds:
      [file, queue, memory].every(({ counted }) => counted === all) &&
      queue.each < file.each &&
      memory.each * 10 < file.each,
    measured: {
      en: `an addition by one of ${PROCESSES} processes took ${microseconds(file.each)} by a file under a lock, ${microseconds(queue.each)} by a queue, ${microseconds(memory.each)} in shared memory`,
      zh: `${PROCESSES} 个进程各自累加，每次经加锁的文件需 ${microseconds(file.each)}，经队列需 ${microseconds(queue.each)}，经共享内存需 ${microseconds(memory.each)}`,
    },
  }),
  bars: (figures) => [
    timeBar('an addition through a file', '经文件相加一次', figures.file.each / 1000),
    timeBar('through a queue', '经队列', figures.queue.each / 1000),
    timeBar('in shared memory', '在共享内存里', figures.memory.each / 1000),
  ],
  control: {
    instead: { en: 'a file in place of the queue and of shared memory', zh: '用文件代替队列和共享内存' },
    measure: async (measuring) => ({
      additions: PROCESSES * TIMES,
      file: await byFile(measuring),
      queue: await byFile(measuring),
      memory: await byFile(measuring),
    }),
  },
};
