// The three ways of running several programs, to be compared: one after the other, in turns on one core,
// and at the same time on several.

import type { MachineOptions } from './machine.js';
import type { Policy } from './policies/policy.js';
import { roundRobin } from './policies/round-robin.js';
import { serial } from './policies/serial.js';

/** How to share, and with how many cores. */
export interface ModeOptions {
  /** Ticks of a turn. */
  readonly quantum: number;
  /** Cores of the parallel machine. @defaultValue 2 */
  readonly cores?: number | undefined;
  /** What else the machines have. */
  readonly machine?: MachineOptions | undefined;
}

/** What to run under: a policy and a machine. */
export interface Variant {
  readonly policy: Policy;
  readonly machine?: MachineOptions | undefined;
}

/** Serial, concurrent and parallel, for `compare`. */
export function modes({ quantum, cores = 2, machine = {} }: ModeOptions): {
  readonly serial: Variant;
  readonly concurrent: Variant;
  readonly parallel: Variant;
} {
  const sharing = roundRobin({ quantum });
  return {
    serial: { policy: serial(), machine: { ...machine, cores: 1 } },
    concurrent: { policy: sharing, machine: { ...machine, cores: 1 } },
    parallel: { policy: sharing, machine: { ...machine, cores } },
  };
}
