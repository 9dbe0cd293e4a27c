/** The lab's own process tree for the page: who is there, what each does, and what memory it holds. */
import { ProcessSampler, readProc } from './process-sampler.js';
import type { ProcessMemory, ProcessRow } from './protocol.js';
import type { Residents } from './residents.js';

/** Adding up a process' maps costs the kernel about a millisecond: so many at a look. */
const MEMORY_LOOKS = 8;

export class ProcessTable {
  readonly #sampler = new ProcessSampler(process.pid);
  readonly #residents: Residents;
  readonly #memory = new Map<number, ProcessMemory>();
  #turn = 0;

  constructor(residents: Residents) {
    this.#residents = residents;
  }

  /** Parents before their children. */
  look(): ProcessRow[] {
    const { looks, left } = this.#sampler.look();
    for (const pid of left) this.#memory.delete(pid);
    const lookOf = new Map(looks.map((look) => [look.pid, look]));
    const known = this.#sampler.known.filter(({ pid }) => lookOf.has(pid));
    this.#lookAtMemory(known.map(({ pid }) => pid));
    const rows: ProcessRow[] = [];
    const add = (process: (typeof known)[number], depth: number) => {
      const { pid, ppid, program } = process;
      const kind = this.#residents.kindOf(pid);
      rows.push({
        ...(lookOf.get(pid) as (typeof looks)[number]),
        ...countersOf(pid),
        pid,
        ppid,
        depth,
        label: depth === 0 ? 'lab' : (kind ?? { program }),
        memory: this.#memory.get(pid),
        ours: kind !== undefined,
      });
      for (const child of known) if (child.ppid === pid && child.pid !== pid) add(child, depth + 1);
    };
    for (const process of known) if (process.pid === globalThis.process.pid) add(process, 0);
    return rows;
  }

  #lookAtMemory(pids: readonly number[]): void {
    const fresh = pids.filter((pid) => !this.#memory.has(pid));
    const inTurn =
      pids.length === 0
        ? []
        : [...pids, ...pids].slice(this.#turn % pids.length, (this.#turn % pids.length) + MEMORY_LOOKS);
    this.#turn += MEMORY_LOOKS;
    for (const pid of new Set([...fresh.slice(0, MEMORY_LOOKS), ...inTurn])) {
      const memory = memoryOf(pid);
      if (memory !== undefined) this.#memory.set(pid, memory);
    }
  }
}

const BYTES_PER_KB = 1024;

/** @see proc_pid_smaps(5), smaps_rollup */
function memoryOf(pid: number): ProcessMemory | undefined {
  const text = readProc(`${pid}/smaps_rollup`);
  if (text === undefined || text === '') return undefined;
  const size = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0) * BYTES_PER_KB;
  return {
    private: size('Private_Clean') + size('Private_Dirty'),
    shared: size('Shared_Clean') + size('Shared_Dirty'),
    proportional: size('Pss'),
  };
}

/** Of the main thread, which runs the program. @see proc_pid_status(5), proc_pid_stat(5) */
function countersOf(pid: number): Pick<ProcessRow, 'cpu' | 'voluntary' | 'involuntary'> {
  const status = readProc(`${pid}/status`) ?? '';
  const count = (name: string) =>
    Number(new RegExp(`^${name}_ctxt_switches:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const ran = Number((readProc(`${pid}/schedstat`) ?? '0').split(' ')[0]);
  return { cpu: ran / 1e6, voluntary: count('voluntary'), involuntary: count('nonvoluntary') };
}
