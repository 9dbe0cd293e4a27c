// One workload under several policies or machines, side by side.

import { InvalidInputError } from './errors.js';
import type { Variant } from './modes.js';
import type { Policy } from './policies/policy.js';
import { simulate } from './simulate.js';
import type { Run, SimulateOptions } from './simulation.js';
import { requireObject } from './validate.js';
import type { ProcessSpec } from './workload.js';

/** The runs by name, in the order given. */
export interface Comparison {
  readonly runs: readonly { readonly name: string; readonly run: Run }[];
}

/**
 * Runs a workload under each of several variants.
 *
 * @param variants - by name: a policy, or a policy with the machine it runs on
 * @param options - for all of them; what a variant says of its machine is added to that
 * @throws {@link InvalidInputError} if there is no variant, or one is not usable
 */
export function compare(
  processes: readonly ProcessSpec[],
  variants: Readonly<Record<string, Policy | Variant>>,
  options: Omit<SimulateOptions, 'policy'> = {},
): Comparison {
  const given = requireObject('compare(variants)', variants, 'an object: { fcfs: fcfs(), sjf: sjf() }');
  const entries = Object.entries(given as typeof variants);
  if (entries.length === 0) {
    throw new InvalidInputError({
      field: 'compare(variants)',
      value: variants,
      expected: 'at least one policy',
    });
  }
  return {
    runs: entries.map(([name, variant]) => {
      const { policy, machine } = 'start' in variant ? { policy: variant, machine: {} } : variant;
      return {
        name,
        run: simulate(processes, { ...options, policy, machine: { ...options.machine, ...machine } }),
      };
    }),
  };
}
