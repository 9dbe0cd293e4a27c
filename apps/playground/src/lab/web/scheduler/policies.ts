/** The policies that the page offers, made for what it is set to. A new one is a line here, and words for it. */
import { fcfs, type Policy, roundRobin, serial, sjf } from 'scheduler-model';

interface Offered {
  readonly make: (settings: { readonly quantum: number }) => Policy;
  /** Whether it heeds the quantum. */
  readonly quantum?: true;
  /** What the table's column is to it. */
  readonly weight?: 'priority' | 'nice' | 'tickets';
}

const OFFERED = {
  fcfs: { make: () => fcfs() },
  sjf: { make: () => sjf() },
  'round-robin': { make: ({ quantum }) => roundRobin({ quantum }), quantum: true },
  serial: { make: () => serial() },
} as const satisfies Record<string, Offered>;

export type PolicyName = keyof typeof OFFERED;

export const POLICIES: Readonly<Record<PolicyName, Offered>> = OFFERED;
export const POLICY_NAMES = Object.keys(OFFERED) as readonly PolicyName[];
