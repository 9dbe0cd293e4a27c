import { copyable, withoutFork } from '../../copyable.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';
import type { SameAddress } from '../../programs/copies.js';

async function measure({ start }: Measuring, kind: 'private' | 'shared'): Promise<SameAddress> {
  return await start<SameAddress>({
    ...copyable,
    target: program('copies', 'writeAtSameAddress'),
    args: [kind],
  }).result;
}

export const sameAddress: Experiment<SameAddress> = {
  id: 'memory/same-address',
  claim: {
    en: 'Addresses are virtual: at the same address, two processes have different content.',
    zh: '地址是虚拟的：同一个地址，两个进程里的内容不同。',
  },
  code: `// Run it with: node --single-threaded --v8-pool-size=1 address.mjs
import { Process, startMethods } from 'core-process';

const memory = Buffer.alloc(4096);
memory[0] = 1;

if (startMethods().includes('fork')) {
  const child = new Process({
    startMethod: 'fork',
    target: () => {
      memory[0] = 2; // at the very address that the parent has it
      console.log('child:', memory[0]);
    },
  });
  child.start();
  await child.join();
  console.log('parent:', memory[0]);
} else {
  console.log('This Node can not be copied: start it as the first line says.');
}`,
  unavailable: withoutFork,
  measure: (measuring) => measure(measuring, 'private'),
  judge: ({ address, inParent, inChild }) => ({
    holds: inParent !== inChild,
    measured: {
      en: `at ${address} the child reads ${inChild}, the parent ${inParent}`,
      zh: `在地址 ${address}，子进程读到 ${inChild}，父进程读到 ${inParent}`,
    },
  }),
  control: {
    instead: { en: 'shared memory at that address', zh: '该地址上是共享内存' },
    measure: (measuring) => measure(measuring, 'shared'),
  },
};
