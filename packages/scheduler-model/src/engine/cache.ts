// One core's cache: which working sets are in it, and which are on the way. The rule is that of OSTEP's
// multiprocessor simulator: a process computes more a tick once its set is warm, warms up by running, and
// the set that became warm first is the first to go; using it does not renew it.

import type { CacheOptions } from '../machine.js';
import type { ProcessRecord } from './process-record.js';

/** The cache of one core. */
export class CoreCache {
  /** The newest first. */
  readonly #warm: ProcessRecord[] = [];
  /** Ticks each has yet to run here. */
  readonly #warming = new Map<ProcessRecord, number>();
  readonly #options: CacheOptions;
  readonly #evicted: (process: ProcessRecord) => void;
  readonly #warmed: (process: ProcessRecord) => void;

  constructor(
    options: CacheOptions,
    told: { warmed(process: ProcessRecord): void; evicted(process: ProcessRecord): void },
  ) {
    this.#options = options;
    this.#warmed = (process) => told.warmed(process);
    this.#evicted = (process) => told.evicted(process);
  }

  /** A process gets the core. */
  begin(process: ProcessRecord): void {
    if (this.#warming.has(process) || this.#warm.includes(process)) return;
    if (this.#options.warmUp === 0) this.#warmTo(process);
    else this.#warming.set(process, this.#options.warmUp);
  }

  isWarm(process: ProcessRecord): boolean {
    return !this.#warming.has(process);
  }

  /** Ticks until it is warm, if it runs on: at least one, for one that was pushed out. */
  ticksToWarm(process: ProcessRecord): number {
    return this.isWarm(process) ? Infinity : Math.max(1, this.#warming.get(process) ?? 0);
  }

  /** It ran for a while without being warm. */
  spend(process: ProcessRecord, ticks: number): void {
    const left = this.#warming.get(process);
    if (left === undefined || ticks === 0) return;
    if (left - ticks > 0) this.#warming.set(process, left - ticks);
    else {
      this.#warming.delete(process);
      this.#warmTo(process);
    }
  }

  #warmTo(process: ProcessRecord): void {
    this.#warm.unshift(process);
    this.#warmed(process);
    let used = this.#warm.reduce((sum, { spec }) => sum + spec.workingSet, 0);
    while (used > this.#options.size) {
      const oldest = this.#warm.pop() as ProcessRecord;
      used -= oldest.spec.workingSet;
      this.#warming.set(oldest, this.#options.warmUp);
      this.#evicted(oldest);
    }
  }
}
