// One process as the engine keeps it: how far it is in its script. Policies get the view, which they
// can read but not change.

import type { ProcessView } from './policies/policy.js';
import type { ProcessState } from './process-state.js';
import type { Operation, ResolvedProcess } from './workload.js';

/** The engine's record of a process. */
export class ProcessRecord {
  readonly pid: number;
  readonly view: ProcessView;
  state: ProcessState = 'new';
  /** Ticks of core time until the operation that ends this burst. */
  remainingBurst = 0;
  /** Whether a core has it or is switching to it. */
  isPicked = false;
  /** The core it last had. */
  lastCore: number | undefined;
  readonly #script: readonly Operation[];
  #next = 0;

  constructor(pid: number, process: ResolvedProcess) {
    this.pid = pid;
    this.#script = process.script;
    this.view = new View(this, process);
  }

  /** Takes up the next burst: all computing up to the next operation of another kind, maybe none. */
  beginBurst(): void {
    this.remainingBurst = 0;
    for (let step = this.#script[this.#next]; step?.kind === 'cpu'; step = this.#script[++this.#next]) {
      this.remainingBurst += step.ticks;
    }
  }

  /** The operation that ends the burst, or undefined at the end of the script. */
  takeOperation(): Operation | undefined {
    return this.#script[this.#next++];
  }
}

class View implements ProcessView {
  readonly pid: number;
  readonly name: string;
  readonly arrival: number;
  readonly #record: ProcessRecord;

  constructor(record: ProcessRecord, { name, arrival }: ResolvedProcess) {
    this.pid = record.pid;
    this.name = name;
    this.arrival = arrival;
    this.#record = record;
    Object.freeze(this);
  }

  get remainingBurst(): number {
    return this.#record.remainingBurst;
  }
}
