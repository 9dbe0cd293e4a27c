/** What the scheduler's page is set to: a workload, a machine, policies. Fits into an address. Pure. */

/** One row of the table, as it was typed. */
export interface DraftProcess {
  readonly name: string;
  readonly arrival: string;
  readonly script: string;
  /** Priority, nice, tickets: whichever the policies shown ask for. */
  readonly priority: string;
}

export interface Plan {
  readonly processes: readonly DraftProcess[];
  readonly policies: readonly string[];
  readonly cores: string;
  readonly quantum: string;
  readonly contextSwitch: string;
}

const draft = (name: string, arrival: number, script: string, priority = 0): DraftProcess => ({
  name,
  arrival: String(arrival),
  script,
  priority: String(priority),
});

const usual = { cores: '1', quantum: '4', contextSwitch: '0' } as const;

/** Workloads to begin with, by a name that the page has words for. */
export const EXAMPLES = {
  convoy: {
    ...usual,
    policies: ['fcfs', 'round-robin'],
    processes: [
      draft('long', 0, 'cpu 24'),
      draft('short', 1, 'cpu 3'),
      draft('shorter', 2, 'cpu 2'),
      draft('shortest', 3, 'cpu 1'),
    ],
  },
  mixed: {
    ...usual,
    contextSwitch: '1',
    policies: ['round-robin', 'sjf'],
    processes: [
      draft('editor', 0, 'cpu 1, io 6, cpu 1, io 6, cpu 1, io 6, cpu 1', -5),
      draft('compiler', 0, 'cpu 20'),
      draft('download', 2, 'cpu 2, io 8, cpu 2, io 8, cpu 2'),
      draft('index', 4, 'cpu 12', 5),
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

/** The plan as an address's query. */
export function toQuery({ processes, policies, cores, quantum, contextSwitch }: Plan): string {
  const query = new URLSearchParams({
    policies: policies.join(' '),
    cores,
    quantum,
    switch: contextSwitch,
  });
  for (const { name, arrival, script, priority } of processes) {
    query.append('p', [arrival, priority, name, script].join('|'));
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
      const [arrival = '0', priority = '0', name = '', ...script] = row.split('|');
      return { arrival, priority, name, script: script.join('|') };
    }),
  };
}
