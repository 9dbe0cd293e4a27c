/** Processes that can be copied: Nodes that are started without the threads which a copy would lack. */
import type { ProcessOptions } from 'core-process';
import type { Text } from './experiment.js';
import { withoutProc, withoutSharedMemory } from './platform.js';

/** Options of Node for the original of a fork. */
export const copyable: ProcessOptions<never[], never> = {
  execArgv: ['--single-threaded', '--v8-pool-size=1'],
};

/** Why no process can be copied here; undefined when it can. */
export function withoutFork(): Text | undefined {
  if (process.platform !== 'linux') {
    return { en: 'fork(2) of a Node works on Linux only', zh: '只有 Linux 能对 Node 进程做 fork' };
  }
  return withoutProc() ?? withoutSharedMemory();
}
