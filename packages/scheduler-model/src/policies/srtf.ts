// Shortest remaining time first: shortest job first that also takes the core from a longer one.

import type { Policy } from './policy.js';
import { ReadyHeap } from './ready-heap.js';

/**
 * Shortest remaining time first. On one core with free switches no policy has a smaller mean turnaround
 * for work without I/O. Who runs keeps the core against an equal.
 *
 * @see L. Schrage, "A Proof of the Optimality of the Shortest Remaining Processing Time Discipline" (1968)
 */
export function srtf(): Policy {
  return {
    name: 'srtf',
    start() {
      const ready = new ReadyHeap();
      return {
        enqueue: (process, reason) => ready.add(process, process.remainingBurst, reason === 'preempted'),
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => undefined,
        checkPreempt: (woken, running) => woken.remainingBurst < running.remainingBurst,
      };
    },
  };
}
