/** What the scheduler's page is set to: a workload, a machine, policies. Fits into an address. Pure. */
import { type Weight, WEIGHTS } from './policies.js';

/** One row of the table, as it was typed. */
export interface DraftProcess {
  readonly name: string;
  readonly arrival: string;
  readonly script: string;
  /** Left out: the model's own default. */
  readonly weights: Readonly<Partial<Record<Weight, string>>>;
}

export interface Plan {
  readonly processes: readonly DraftProcess[];
  readonly policies: readonly string[];
  readonly cores: string;
  readonly quantum: string;
  readonly contextSwitch: string;
}

const draft = (
  name: string,
  arrival: number,
  script: string,
  weights: DraftProcess['weights'] = {},
): DraftProcess => ({ name, arrival: String(arrival), script, weights });

const usual = { cores: '1', quantum: '4', contextSwitch: '0' } as const;

/** Workloads to begin with, by a name that the page has words for. */
export const EXAMPLES = {
  mixed: {
    ...usual,
    contextSwitch: '1',
    policies: ['round-robin', 'sjf'],
    processes: [
      draft('editor', 0, 'cpu 1, io 6, cpu 1, io 6, cpu 1, io 6, cpu 1', { nice: '-5' }),
      draft('compiler', 0, 'cpu 20'),
      draft('download', 2, 'cpu 2, io 8, cpu 2, io 8, cpu 2'),
      draft('index', 4, 'cpu 12', { nice: '5' }),
    ],
  },
  convoy: {
    ...usual,
    policies: ['fcfs', 'srtf'],
    processes: [
      draft('long', 0, 'cpu 24'),
      draft('short', 1, 'cpu 3'),
      draft('shorter', 2, 'cpu 2'),
      draft('shortest', 3, 'cpu 1'),
    ],
  },
  shares: {
    ...usual,
    quantum: '2',
    policies: ['lottery', 'stride'],
    processes: [
      draft('half', 0, 'cpu 40', { tickets: '50' }),
      draft('third', 0, 'cpu 40', { tickets: '30' }),
      draft('rest', 0, 'cpu 40', { tickets: '20' }),
    ],
  },
  lock: {
    ...usual,
    policies: ['priority'],
    processes: [
      draft('low', 0, 'cpu 1, lock m, cpu 8, unlock m, cpu 2', { priority: '3' }),
      draft('high', 3, 'cpu 1, lock m, cpu 3, unlock m, cpu 1', { priority: '1' }),
      draft('middle', 4, 'cpu 16', { priority: '2' }),
    ],
  },
  cores: {
    ...usual,
    cores: '2',
    policies: ['round-robin'],
    processes: ['A', 'B', 'C', 'D', 'E'].map((name, index) => draft(name, index, `cpu ${10 - index}`)),
  },
  crowd: {
    ...usual,
    cores: '4',
    policies: ['round-robin'],
    processes: Array.from({ length: 64 }, (_, index) =>
      draft(
        `p${index + 1}`,
        (index * 7) % 40,
        `cpu ${3 + ((index * 5) % 11)}, io ${4 + (index % 9)}, cpu ${2 + ((index * 3) % 7)}`,
      ),
    ),
  },
} as const satisfies Record<string, Plan>;

export type ExampleName = keyof typeof EXAMPLES;

const BETWEEN = '|';

/** The plan as an address's query. */
export function toQuery({ processes, policies, cores, quantum, contextSwitch }: Plan): string {
  const query = new URLSearchParams({ policies: policies.join(' '), cores, quantum, switch: contextSwitch });
  for (const { name, arrival, script, weights } of processes) {
    const given = WEIGHTS.flatMap((weight) =>
      weights[weight] === undefined ? [] : [`${weight}=${weights[weight]}`],
    );
    query.append('p', [arrival, given.join(' '), script, name].join(BETWEEN));
  }
  return query.toString();
}

/** The plan in an address; undefined when there is none. Values are checked later, like typed ones. */
export function fromQuery(query: URLSearchParams): Plan | undefined {
  const rows = query.getAll('p');
  if (rows.length === 0) return undefined;
  return {
    policies: (query.get('policies') ?? '').split(' ').filter(Boolean),
    cores: query.get('cores') ?? usual.cores,
    quantum: query.get('quantum') ?? usual.quantum,
    contextSwitch: query.get('switch') ?? usual.contextSwitch,
    processes: rows.map((row) => {
      const [arrival = '', given = '', script = '', ...name] = row.split(BETWEEN);
      return { arrival, script, name: name.join(BETWEEN), weights: weightsIn(given) };
    }),
  };
}

function weightsIn(text: string): DraftProcess['weights'] {
  const known = WEIGHTS.flatMap((weight) => {
    const given = text.split(' ').find((part) => part.startsWith(`${weight}=`));
    return given === undefined ? [] : [[weight, given.slice(weight.length + 1)] as const];
  });
  return Object.fromEntries(known);
}
