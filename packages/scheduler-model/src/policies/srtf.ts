// Shortest remaining time first: shortest job first that also takes the core from a longer one.

import type { Policy } from './policy.js';
import { smallestFirst } from './smallest-first.js';

/**
 * Shortest remaining time first. On one core with free switches no policy has a smaller mean turnaround
 * for work without I/O. Who runs keeps the core against an equal.
 *
 * @see L. Schrage, "A Proof of the Optimality of the Shortest Remaining Processing Time Discipline" (1968)
 */
export function srtf(): Policy {
  return smallestFirst('srtf', (process) => process.remainingBurst, { isPreemptive: true });
}
