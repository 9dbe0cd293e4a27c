// First come, first served: in the order of becoming ready, each until it blocks or exits.

import type { Policy } from './policy.js';
import { ReadyQueue } from './ready-queue.js';

/**
 * First come, first served, without preemption. After I/O a process goes to the tail.
 *
 * @see A. Silberschatz, P. Galvin, G. Gagne, "Operating System Concepts", CPU scheduling
 */
export function fcfs(): Policy {
  return {
    name: 'fcfs',
    start() {
      const ready = new ReadyQueue();
      return {
        enqueue: (process) => ready.add(process),
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => undefined,
      };
    },
  };
}
