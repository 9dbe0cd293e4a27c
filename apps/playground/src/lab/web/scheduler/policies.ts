/** The policies that the page offers, made for what it is set to. A new one is a line here, and words for it. */
import {
  cfs,
  edf,
  eevdf,
  fcfs,
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
} from 'scheduler-model';

/** What a process may have besides its script, for the policies that heed it. */
export const WEIGHTS = ['priority', 'nice', 'tickets', 'deadline', 'period'] as const;
export type Weight = (typeof WEIGHTS)[number];

interface Offered {
  readonly make: (settings: { readonly quantum: number }) => Policy;
  /** Whether it heeds the quantum. */
  readonly quantum?: true;
  readonly weight?: Weight;
}

/** Queues of the multi-level feedback queue: each turn is twice as long as one above. */
const mlfqQuanta = (quantum: number) => [quantum, 2 * quantum, 4 * quantum];
/** Turns of the top queue until everyone is lifted again. */
const BOOST_AFTER = 20;
/** Completely fair: everyone gets a turn within so many quanta. */
const LATENCY = 4;

const OFFERED = {
  serial: { make: () => serial() },
  fcfs: { make: () => fcfs() },
  sjf: { make: () => sjf() },
  srtf: { make: () => srtf() },
  'round-robin': { make: ({ quantum }) => roundRobin({ quantum }), quantum: true },
  priority: { make: () => priority(), weight: 'priority' },
  mlfq: {
    make: ({ quantum }) => mlfq({ quanta: mlfqQuanta(quantum), boost: BOOST_AFTER * quantum }),
    quantum: true,
  },
  lottery: { make: ({ quantum }) => lottery({ quantum }), quantum: true, weight: 'tickets' },
  stride: { make: ({ quantum }) => stride({ quantum }), quantum: true, weight: 'tickets' },
  cfs: {
    make: ({ quantum }) => cfs({ latency: LATENCY * quantum, minGranularity: quantum }),
    quantum: true,
    weight: 'nice',
  },
  eevdf: { make: ({ quantum }) => eevdf({ slice: quantum }), quantum: true, weight: 'nice' },
  edf: { make: () => edf(), weight: 'deadline' },
  'rate-monotonic': { make: () => rateMonotonic(), weight: 'period' },
} as const satisfies Record<string, Offered>;

export type PolicyName = keyof typeof OFFERED;

export const POLICIES: Readonly<Record<PolicyName, Offered>> = OFFERED;
export const POLICY_NAMES = Object.keys(OFFERED) as readonly PolicyName[];
