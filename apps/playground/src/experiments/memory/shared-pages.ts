import { memoryBar } from '../../bars.js';
import { copyable, withoutFork } from '../../copyable.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';
import type { PrivateBytes } from '../../programs/copies.js';

const TABLE_BYTES = 64 * 2 ** 20;
/** Of the table: less than this is private before writing, more than all but this afterwards. */
const SMALL_PART = 0.25;

async function measure({ start }: Measuring, method: 'fork' | 'spawn'): Promise<PrivateBytes> {
  return await start<PrivateBytes>({
    ...copyable,
    target: program('copies', 'sharePages'),
    args: [method, TABLE_BYTES],
  }).result;
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

export const sharedPages: Experiment<PrivateBytes> = {
  id: 'memory/shared-pages',
  claim: {
    en: 'A forked child shares its parent’s pages; only those that it writes to become its own.',
    zh: 'fork 出的子进程与父进程共享内存页；只有它写过的页才变成自己的。',
  },
  code: `// Run it with: node --single-threaded --v8-pool-size=1 pages.mjs
import { readFileSync } from 'node:fs';
import { Process, startMethods } from 'core-process';

const table = Buffer.alloc(64 * 2 ** 20, 1);
const ownPages = () =>
  readFileSync('/proc/self/smaps_rollup', 'utf8').match(/Private_Dirty: +\\d+ kB/)[0];

if (startMethods().includes('fork')) {
  const child = new Process({
    startMethod: 'fork',
    target: () => {
      console.log('before', ownPages());
      table.fill(2);
      console.log('after', ownPages());
    },
  });
  child.start();
  await child.join();
} else {
  console.log('This Node can not be copied: start it as the first line says.');
}`,
  unavailable: withoutFork,
  measure: (measuring) => measure(measuring, 'fork'),
  judge: ({ table, before, after }) => ({
    holds: before < table * SMALL_PART && after - before > table * (1 - SMALL_PART),
    measured: {
      en: `of a table of ${megabytes(table)}, the child had ${megabytes(before)} to itself before it wrote to it, ${megabytes(after)} afterwards`,
      zh: `${megabytes(table)} 的表，子进程写之前独占 ${megabytes(before)}，写之后独占 ${megabytes(after)}`,
    },
  }),
  bars: ({ table, before, after }) => [
    memoryBar('the table', '数据表', table),
    memoryBar('private to the child, before it writes', '子进程写入前的私有内存', before),
    memoryBar('private to the child, after', '写入后', after),
  ],
  control: {
    instead: {
      en: 'a child that is started afresh and makes the table itself',
      zh: '从头启动、自己建表的子进程',
    },
    measure: (measuring) => measure(measuring, 'spawn'),
  },
};
