// Shortest job first: of those ready, the one with the shortest next burst, until it blocks or exits.

import type { Policy, ProcessView } from './policy.js';
import { ReadyQueue } from './ready-queue.js';

/**
 * Shortest job first, by the length of the next burst, without preemption. Of equals the one ready for
 * longer goes first. A burst is known exactly here; a real system must guess it.
 *
 * @see A. Silberschatz, P. Galvin, G. Gagne, "Operating System Concepts", CPU scheduling
 */
export function sjf(): Policy {
  return {
    name: 'sjf',
    start() {
      const ready = new ReadyQueue();
      return {
        enqueue: (process) => ready.add(process),
        dequeue: (process) => ready.remove(process),
        pickNext: () => shortest(ready)?.pid,
        sliceFor: () => undefined,
      };
    },
  };
}

function shortest(ready: ReadyQueue): ProcessView | undefined {
  let best: ProcessView | undefined;
  for (const process of ready) {
    if (best === undefined || process.remainingBurst < best.remainingBurst) best = process;
  }
  return best;
}
