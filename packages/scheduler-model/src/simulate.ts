// The front door: a run from start to end.

import { createSimulation, type Run, type SimulateOptions } from './simulation.js';
import type { ProcessSpec } from './workload.js';

/**
 * Runs a workload on a machine under a policy. An empty workload completes at time 0.
 *
 * @param processes - what to run; pids are given in this order, from 1, and settle simultaneous arrivals
 * @returns results in whole ticks, and the trace they were computed from
 * @throws {@link InvalidInputError} naming the field and the value, before anything has run
 * @throws {@link PolicyError} if the policy picks a process that is not ready, or a slice that is none
 */
export function simulate(processes: readonly ProcessSpec[], options: SimulateOptions): Run {
  return createSimulation(processes, options).run();
}
