// Round robin: everyone in turn, for at most a quantum, then back to the tail.

import { requireInteger, requireObject } from '../validate.js';
import type { Policy } from './policy.js';
import { ReadyQueue } from './ready-queue.js';

/** How long a turn is. */
export interface RoundRobinOptions {
  /** The longest turn, in ticks; each dispatch starts a full one. */
  readonly quantum: number;
}

/**
 * Round robin. One whose quantum is up goes to the tail, as does one that is back from I/O; a burst that
 * ends with the quantum takes no second turn.
 *
 * @param options.quantum - ticks, at least 1
 * @throws {@link InvalidInputError} for any other quantum
 * @see R. and A. Arpaci-Dusseau, "Operating Systems: Three Easy Pieces", chapter 7
 */
export function roundRobin(options: RoundRobinOptions): Policy {
  const given = requireObject('roundRobin(options)', options, 'an object: { quantum }');
  const quantum = requireInteger('roundRobin(options).quantum', given['quantum'], 1);
  return {
    name: `round-robin(quantum ${quantum})`,
    start() {
      const ready = new ReadyQueue();
      return {
        enqueue: (process) => ready.add(process),
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => quantum,
      };
    },
  };
}
