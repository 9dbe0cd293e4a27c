// No multiprogramming: one process is in the machine from its first tick to its last, its I/O included,
// and the cores wait with it. What time sharing is measured against.

import type { Policy } from './policy.js';
import { ReadyQueue } from './ready-queue.js';

/** One process at a time, in order of arrival, to its end; while it waits for a device, nobody runs. */
export function serial(): Policy {
  return {
    name: 'serial',
    start() {
      const ready = new ReadyQueue();
      let admitted: number | undefined;
      return {
        // Back from I/O the admitted process finds the core kept for it, wherever it stands in the queue.
        enqueue: (process) => (process.pid === admitted ? ready.addFirst(process) : ready.add(process)),
        dequeue(process) {
          ready.remove(process);
          admitted = process.pid;
        },
        pickNext(core) {
          if (admitted === undefined) return ready.firstOn(core)?.pid;
          const { first } = ready;
          return first?.pid === admitted && first.mayRunOn(core) ? admitted : undefined;
        },
        sliceFor: () => undefined,
        exit() {
          admitted = undefined;
        },
      };
    },
  };
}
