// What several policies of the textbooks have in common: of those ready, the one with the smallest number
// runs until it blocks or exits. They differ in the number, and in whether a smaller one takes the core.

import type { Policy, ProcessView } from './policy.js';
import { ReadyHeap } from './ready-heap.js';

/** A policy by a number; of equals the one ready for longer goes first, and who runs keeps the core. */
export function smallestFirst(
  name: string,
  numberOf: (process: ProcessView) => number,
  { isPreemptive }: { isPreemptive: boolean },
): Policy {
  return {
    name,
    start() {
      const ready = new ReadyHeap();
      return {
        enqueue: (process, reason) => ready.add(process, numberOf(process), reason === 'preempted'),
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => undefined,
        checkPreempt: (woken, running) => isPreemptive && numberOf(woken) < numberOf(running),
      };
    },
  };
}
