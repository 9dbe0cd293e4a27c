// The one engine: it owns the clock, the states and the costs, and asks the policy for decisions only.
// At each moment it first handles everything that happens then, in the published order, and only then
// gives work to idle cores, so that a decision is made with all the facts of its moment.

import { InvalidInputError, PolicyError } from './errors.js';
import { type EventClass, EventQueue, type Simultaneous } from './event-queue.js';
import type { Machine } from './machine.js';
import type { EnqueueReason, Policy, Scheduler } from './policies/policy.js';
import { ProcessRecord } from './process-record.js';
import { TRANSITIONS, type TransitionReason } from './process-state.js';
import { seededRandom } from './random.js';
import { TraceColumns } from './trace.js';
import type { ResolvedProcess } from './workload.js';

/** Why a run ended with processes left over. */
export type StallCause = 'max-events' | 'nothing-scheduled';

/** What a run needs, all of it checked. */
export interface EngineInput {
  readonly workload: readonly ResolvedProcess[];
  readonly policy: Policy;
  readonly machine: Machine;
  readonly seed: number;
  readonly simultaneous: Simultaneous;
  readonly maxEvents: number;
}

interface Core {
  readonly index: number;
  /** Who has it now, switching included. */
  holder: ProcessRecord | undefined;
  /** Whose state it still holds: taking this one up again costs nothing. */
  lastPid: number;
  /** Ticks it was last given to its holder. */
  granted: number;
}

const METHODS = ['enqueue', 'dequeue', 'pickNext', 'sliceFor'] as const;

/** One run from start to end. */
export class Engine {
  readonly trace = new TraceColumns();
  readonly #processes: readonly ProcessRecord[];
  readonly #cores: readonly Core[];
  readonly #events: EventQueue;
  readonly #input: EngineInput;
  readonly #scheduler: Scheduler;
  #now = 0;
  #ready = 0;
  #alive: number;

  constructor(input: EngineInput) {
    this.#input = input;
    this.#events = new EventQueue(input.simultaneous);
    this.#processes = input.workload.map((process, index) => new ProcessRecord(index + 1, process));
    this.#alive = this.#processes.length;
    this.#cores = Array.from({ length: input.machine.cores }, (_, index) => {
      return { index, holder: undefined, lastPid: 0, granted: 0 };
    });
    this.#scheduler = this.#startPolicy();
    for (const { view } of this.#processes) this.#schedule(view.arrival, 'arrival', view.pid);
  }

  /** Runs until nobody is left, nothing more can happen, or the bound on events is reached. */
  run(): StallCause | undefined {
    let handled = 0;
    for (let time = this.#events.nextTime; time !== undefined; time = this.#events.nextTime) {
      this.#now = time;
      while (this.#events.nextTime === time) {
        if (handled === this.#input.maxEvents) return 'max-events';
        handled++;
        this.#handle();
      }
      this.#giveWork();
    }
    return this.#alive === 0 ? undefined : 'nothing-scheduled';
  }

  #handle(): void {
    const event = this.#events.pop();
    if (event === undefined) return;
    const process = this.#process(event.pid);
    switch (event.class) {
      case 'arrival':
      case 'io-done':
        process.beginBurst();
        this.#makeReady(process, event.class);
        return;
      case 'switch-done':
        this.#startRunning(process, this.#core(event.core));
        return;
      case 'slice-end':
        this.#leaveCore(process, this.#core(event.core));
        this.#makeReady(process, 'slice-end', event.core);
        return;
      case 'burst-end':
        this.#leaveCore(process, this.#core(event.core));
        this.#endBurst(process, event.core);
    }
  }

  #leaveCore(process: ProcessRecord, core: Core): void {
    process.remainingBurst -= core.granted;
    process.isPicked = false;
    core.holder = undefined;
  }

  #endBurst(process: ProcessRecord, core: number): void {
    const operation = process.takeOperation();
    if (operation === undefined) {
      this.#move(process, 'exit', core);
      this.#alive--;
      this.#scheduler.exit?.(process.view);
      return;
    }
    this.#move(process, 'io', core);
    this.#schedule(this.#now + operation.ticks, 'io-done', process.pid);
  }

  #makeReady(process: ProcessRecord, reason: EnqueueReason, core?: number): void {
    this.#move(process, reason, core);
    this.#ready++;
    this.#scheduler.enqueue(process.view, reason);
  }

  /**
   * Chooses who runs, then where. The policy is asked once for each idle core, by number; then each chosen
   * process goes to the core it last had if that is idle, the others to what is left, by number. So with
   * the machine to itself, a process stays where it is when its slices end.
   */
  #giveWork(): void {
    if (this.#ready === 0) return;
    const idle = this.#cores.filter((core) => core.holder === undefined);
    const chosen = idle.map((core) => this.#pick(core)).filter((process) => process !== undefined);
    const movable = chosen.filter((process) => {
      const home = process.lastCore === undefined ? undefined : this.#core(process.lastCore);
      if (home === undefined || home.holder !== undefined) return true;
      this.#give(home, process);
      return false;
    });
    const free = idle.filter((core) => core.holder === undefined);
    movable.forEach((process, index) => this.#give(free[index] as Core, process));
  }

  #pick(core: Core): ProcessRecord | undefined {
    if (this.#ready === 0) return undefined;
    const pid = this.#scheduler.pickNext(core.index);
    if (pid === undefined) return undefined;
    const process = typeof pid === 'number' ? this.#processes[pid - 1] : undefined;
    if (process === undefined) {
      const range = `return one of 1 to ${this.#processes.length}, or undefined for none.`;
      throw this.#policyError('pickNext', pid, `no process has that pid; ${range}`);
    }
    // A process that a core is switching to is still `ready` as a state, yet no longer to be had.
    if (process.state !== 'ready' || process.isPicked) {
      const state = process.isPicked ? 'on a core already' : process.state;
      const advice = 'return a pid that was enqueued and not dequeued since.';
      throw this.#policyError('pickNext', pid, `process "${process.view.name}" is ${state}; ${advice}`);
    }
    process.isPicked = true;
    this.#ready--;
    this.#scheduler.dequeue(process.view, 'dispatch');
    return process;
  }

  #give(core: Core, process: ProcessRecord): void {
    core.holder = process;
    const cost = core.lastPid === process.pid ? 0 : this.#input.machine.contextSwitch;
    core.lastPid = process.pid;
    process.lastCore = core.index;
    if (cost === 0) {
      this.#startRunning(process, core);
      return;
    }
    this.#move(process, 'switch-in', core.index);
    this.#schedule(this.#now + cost, 'switch-done', process.pid, core.index);
  }

  #startRunning(process: ProcessRecord, core: Core): void {
    const slice = this.#slice(process, core);
    this.#move(process, 'dispatch', core.index);
    core.granted = Math.min(slice, process.remainingBurst);
    // A burst that ends with its slice is over: the process blocks or exits, and takes no second turn.
    const ending = process.remainingBurst <= slice ? 'burst-end' : 'slice-end';
    this.#schedule(this.#now + core.granted, ending, process.pid, core.index);
  }

  #slice(process: ProcessRecord, core: Core): number {
    const slice = this.#scheduler.sliceFor(process.view, core.index);
    if (slice === undefined) return Infinity;
    if (Number.isSafeInteger(slice) && slice >= 1) return slice;
    throw this.#policyError('sliceFor', slice, 'return an integer of 1 or more, or undefined for no limit.');
  }

  #move(process: ProcessRecord, reason: TransitionReason, core?: number): void {
    process.state = TRANSITIONS[reason].to;
    this.trace.append(this.#now, process.pid, reason, core);
  }

  #schedule(time: number, eventClass: EventClass, pid: number, core?: number): void {
    if (!Number.isSafeInteger(time)) {
      const expected = 'fewer ticks: beyond 2^53 they cannot be counted exactly';
      throw new InvalidInputError({ field: 'the time of an event', value: time, expected });
    }
    this.#events.push(time, eventClass, pid, core);
  }

  #startPolicy(): Scheduler {
    const { policy, machine, seed } = this.#input;
    const scheduler = policy.start({ cores: machine.cores, random: seededRandom(seed) });
    for (const method of METHODS) {
      if (typeof scheduler?.[method] !== 'function') {
        throw this.#policyError('start', scheduler, `return an object with a method ${method}().`);
      }
    }
    return scheduler;
  }

  #policyError(method: PolicyError['method'], value: unknown, problem: string): PolicyError {
    return new PolicyError({ policy: this.#input.policy.name, method, value, time: this.#now, problem });
  }

  // Pids and core numbers in events are the engine's own, so these always find something.
  #process(pid: number): ProcessRecord {
    return this.#processes[pid - 1] as ProcessRecord;
  }

  #core(index: number): Core {
    return this.#cores[index] as Core;
  }
}
