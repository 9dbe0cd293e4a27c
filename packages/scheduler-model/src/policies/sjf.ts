// Shortest job first: of those ready, the one with the shortest next burst, until it blocks or exits.

import type { Policy } from './policy.js';
import { ReadyHeap } from './ready-heap.js';

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
      const ready = new ReadyHeap();
      return {
        enqueue: (process) => ready.add(process, process.remainingBurst),
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => undefined,
      };
    },
  };
}
