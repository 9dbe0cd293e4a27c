// Shortest job first: of those ready, the one with the shortest next burst, until it blocks or exits.

import type { Policy } from './policy.js';
import { smallestFirst } from './smallest-first.js';

/**
 * Shortest job first, by the length of the next burst, without preemption. Of equals the one ready for
 * longer goes first. A burst is known exactly here; a real system must guess it.
 *
 * @see A. Silberschatz, P. Galvin, G. Gagne, "Operating System Concepts", CPU scheduling
 */
export function sjf(): Policy {
  return smallestFirst('sjf', (process) => process.remainingBurst, { isPreemptive: false });
}
