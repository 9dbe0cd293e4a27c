// Rate monotonic: fixed priorities, the shorter period the higher.

import type { Policy } from './policy.js';
import { smallestFirst } from './smallest-first.js';

/**
 * Rate monotonic scheduling, preemptive. Among fixed priorities it meets all deadlines whenever any can,
 * if deadlines are periods; for n tasks it does up to a utilisation of n(2^(1/n) - 1). One without a
 * period comes after all that have one.
 *
 * @see C. L. Liu, J. W. Layland, "Scheduling Algorithms for Multiprogramming in a Hard-Real-Time
 * Environment", JACM 20 (1973), theorems 2 and 5
 */
export function rateMonotonic(): Policy {
  return smallestFirst('rate-monotonic', (process) => process.period, { isPreemptive: true });
}
