// Earliest deadline first.

import type { Policy } from './policy.js';
import { ReadyHeap } from './ready-heap.js';

/**
 * Earliest deadline first, preemptive. On one core with free switches it meets every deadline that can be
 * met; so it does for periodic tasks whose deadlines are their periods if utilisation is at most 1. One
 * without a deadline comes after all that have one.
 *
 * @see C. L. Liu, J. W. Layland, "Scheduling Algorithms for Multiprogramming in a Hard-Real-Time
 * Environment", JACM 20 (1973), theorem 7
 */
export function edf(): Policy {
  return {
    name: 'edf',
    start() {
      const ready = new ReadyHeap();
      return {
        enqueue: (process, reason) => ready.add(process, process.deadline, reason === 'preempted'),
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => undefined,
        checkPreempt: (woken, running) => woken.deadline < running.deadline,
      };
    },
  };
}
