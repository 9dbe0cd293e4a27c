// Earliest deadline first.

import type { Policy } from './policy.js';
import { smallestFirst } from './smallest-first.js';

/**
 * Earliest deadline first, preemptive. On one core with free switches it meets every deadline that can be
 * met; so it does for periodic tasks whose deadlines are their periods if utilisation is at most 1. One
 * without a deadline comes after all that have one.
 *
 * @see C. L. Liu, J. W. Layland, "Scheduling Algorithms for Multiprogramming in a Hard-Real-Time
 * Environment", JACM 20 (1973), theorem 7
 */
export function edf(): Policy {
  return smallestFirst('edf', (process) => process.deadline, { isPreemptive: true });
}
