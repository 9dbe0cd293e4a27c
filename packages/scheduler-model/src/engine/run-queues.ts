// The queues of a machine: one policy at work for all cores, or one for each core. Where each core has its
// own, this file decides which queue a process goes to and which is relieved; what order a queue is in is
// the policy's affair.

import type { Machine } from '../machine.js';
import type { Scheduler } from '../policies/policy.js';
import type { Random } from '../random.js';
import type { CoreSet } from './core-set.js';
import type { ProcessRecord } from './process-record.js';

/** The policies at work, by queue, and how many are in each. */
export class RunQueues {
  readonly #schedulers: Scheduler[] = [];
  readonly #isPerCore: boolean;
  readonly #machine: Machine;
  readonly #random: Random;
  readonly #idle: CoreSet;
  /** Ready processes by queue. */
  readonly #ready: Set<ProcessRecord>[] = [];
  /** Processes that live in a queue, whatever their state, by queue. */
  readonly #members: number[] = [];
  readonly #placed = new Set<ProcessRecord>();

  constructor(machine: Machine, random: Random, idle: CoreSet, start: (queue: number) => Scheduler) {
    this.#machine = machine;
    this.#random = random;
    this.#idle = idle;
    this.#isPerCore = machine.queues === 'per-core';
    const queues = this.#isPerCore ? machine.cores : 1;
    for (let queue = 0; queue < queues; queue++) {
      this.#ready.push(new Set());
      this.#members.push(0);
      this.#schedulers.push(start(queue));
    }
  }

  get length(): number {
    return this.#schedulers.length;
  }

  /** The policy of a queue. */
  at(queue: number): Scheduler {
    return this.#schedulers[queue] as Scheduler;
  }

  /** The policy that fills a core. */
  of(core: number): Scheduler {
    return this.at(this.#isPerCore ? core : 0);
  }

  /** Whether a core's own queue has somebody. */
  hasReady(core: number): boolean {
    return (this.#ready[core] as Set<ProcessRecord>).size > 0;
  }

  /** Chooses a queue for a process that became ready: its last core's, an idle core's if that is busy. */
  place(process: ProcessRecord): void {
    const queue = this.#placed.has(process) ? this.#wakeTo(process) : this.#leastLoaded(process);
    if (this.#placed.has(process)) this.#count(process.queue, -1);
    this.#placed.add(process);
    this.#count(queue, 1);
    process.queue = queue;
  }

  enqueued(process: ProcessRecord): void {
    (this.#ready[process.queue] as Set<ProcessRecord>).add(process);
  }

  dequeued(process: ProcessRecord): void {
    (this.#ready[process.queue] as Set<ProcessRecord>).delete(process);
  }

  /** A process has ended. */
  leave(process: ProcessRecord): void {
    if (this.#placed.delete(process)) this.#count(process.queue, -1);
  }

  /** The cores a process of a queue can get: its own, or all. */
  coresFor<Core>(process: ProcessRecord, cores: readonly Core[]): readonly Core[] {
    return this.#isPerCore ? [cores[process.queue] as Core] : cores;
  }

  /** Whom a core should take from another's queue; `lead` is how far ahead that must be. */
  choose(thief: number, lead: number, processes: readonly ProcessRecord[]): ProcessRecord | undefined {
    const victim = this.#victim(thief, lead);
    if (victim === -1) return undefined;
    const ready = this.#ready[victim] as Set<ProcessRecord>;
    const wanted = this.at(victim).balance?.(thief);
    const named = wanted === undefined ? undefined : processes[wanted - 1];
    if (named !== undefined && ready.has(named) && named.view.mayRunOn(thief)) return named;
    for (const process of ready) if (process.view.mayRunOn(thief)) return process;
    return undefined;
  }

  migrate(process: ProcessRecord, queue: number): void {
    this.dequeued(process);
    this.#count(process.queue, -1);
    process.queue = queue;
    this.#count(queue, 1);
    this.enqueued(process);
  }

  #victim(thief: number, lead: number): number {
    const isRandom = this.#machine.balance.victim === 'random';
    const candidates: number[] = [];
    let busiest = -1;
    for (let queue = 0; queue < this.length; queue++) {
      if (queue === thief || !this.#hasFor(queue, thief)) continue;
      if (this.#load(queue) < this.#load(thief) + lead) continue;
      if (isRandom) candidates.push(queue);
      else if (busiest === -1 || this.#load(queue) > this.#load(busiest)) busiest = queue;
    }
    if (candidates.length === 0) return busiest;
    return candidates[this.#random.below(candidates.length)] as number;
  }

  #hasFor(queue: number, core: number): boolean {
    for (const process of this.#ready[queue] as Set<ProcessRecord>) {
      if (process.view.mayRunOn(core)) return true;
    }
    return false;
  }

  /** Who waits and who runs. */
  #load(queue: number): number {
    return (this.#ready[queue] as Set<ProcessRecord>).size + (this.#idle.has(queue) ? 0 : 1);
  }

  #wakeTo(process: ProcessRecord): number {
    const home = process.queue;
    if (this.#isFree(home)) return home;
    for (let core = this.#idle.next(0); core !== -1; core = this.#idle.next(core + 1)) {
      if (process.view.mayRunOn(core) && this.#isFree(core)) return core;
    }
    return home;
  }

  #isFree(core: number): boolean {
    return this.#idle.has(core) && (this.#ready[core] as Set<ProcessRecord>).size === 0;
  }

  #leastLoaded(process: ProcessRecord): number {
    let best = -1;
    for (let queue = 0; queue < this.length; queue++) {
      if (!process.view.mayRunOn(queue)) continue;
      if (best === -1 || (this.#members[queue] as number) < (this.#members[best] as number)) best = queue;
    }
    return best;
  }

  #count(queue: number, change: number): void {
    this.#members[queue] = (this.#members[queue] as number) + change;
  }
}
