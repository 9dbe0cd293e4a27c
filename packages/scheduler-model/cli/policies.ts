// Policies by the names and options of the command line.

import {
  cfs,
  edf,
  eevdf,
  fcfs,
  InvalidInputError,
  lottery,
  mlfq,
  type Policy,
  priority,
  rateMonotonic,
  roundRobin,
  serial,
  sjf,
  srtf,
  stride,
} from '../src/index.js';

/** What the command line may say about a policy. */
export interface PolicyFlags {
  readonly quantum: number;
  readonly boost: number;
  readonly ageing: number;
}

const POLICIES: Readonly<Record<string, (flags: PolicyFlags) => Policy>> = {
  serial: () => serial(),
  fcfs: () => fcfs(),
  sjf: () => sjf(),
  srtf: () => srtf(),
  rr: ({ quantum }) => roundRobin({ quantum }),
  priority: ({ ageing }) => priority({ ageing }),
  mlfq: ({ quantum, boost }) => mlfq({ quanta: [quantum, quantum * 2, quantum * 4], boost }),
  lottery: ({ quantum }) => lottery({ quantum }),
  stride: ({ quantum }) => stride({ quantum }),
  cfs: ({ quantum }) => cfs({ latency: quantum * 4 }),
  eevdf: ({ quantum }) => eevdf({ slice: quantum }),
  edf: () => edf(),
  rm: () => rateMonotonic(),
};

export const POLICY_NAMES = Object.keys(POLICIES);

/** @throws InvalidInputError for a name that is none */
export function policyNamed(name: string, flags: PolicyFlags): Policy {
  const make = Object.hasOwn(POLICIES, name) ? POLICIES[name] : undefined;
  if (make !== undefined) return make(flags);
  throw new InvalidInputError({
    field: '--policy',
    value: name,
    expected: `one of ${POLICY_NAMES.join(', ')}`,
  });
}
