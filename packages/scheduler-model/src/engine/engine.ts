// The one engine: it owns the clock, the states and the costs, and asks the policy for decisions only.
// At each moment it first handles everything that happens then, in the published order, and only then
// gives work to idle cores, so that a decision is made with all the facts of its moment.

import { InvalidInputError, PolicyError } from '../errors.js';
import { EVENT, EventQueue, type Simultaneous } from '../event-queue.js';
import type { Machine, SliceAccounting } from '../machine.js';
import type { EnqueueReason, Policy, PolicyContext, Scheduler, StopReason } from '../policies/policy.js';
import { type ProcessState, REASON_INDEX, STATE_AFTER, type TransitionReason } from '../process-state.js';
import type { Random } from '../random.js';
import { NO_CORE, type TraceSink } from '../trace.js';
import type { ResolvedOperation, ResolvedProcess } from '../workload.js';
import { CoreCache } from './cache.js';
import { CoreSet } from './core-set.js';
import { type DeadlockStep, findDeadlock } from './deadlock.js';
import { Devices } from './devices.js';
import { Family } from './family.js';
import { Locks } from './locks.js';
import { Memory } from './memory.js';
import { type Clock, ProcessRecord } from './process-record.js';
import { RunQueues } from './run-queues.js';

export type { DeadlockStep };

/** Why a run ended with processes left over. */
export type StallCause = 'max-events' | 'deadlock' | 'nothing-scheduled';

/** What a run needs, all of it checked. */
export interface EngineInput {
  readonly workload: readonly ResolvedProcess[];
  readonly policy: Policy;
  readonly machine: Machine;
  readonly random: Random;
  readonly simultaneous: Simultaneous;
  readonly maxEvents: number;
  readonly sink: TraceSink;
}

/** A core as the engine keeps it. */
interface Core {
  readonly index: number;
  readonly speed: number;
  readonly cache: CoreCache | undefined;
  /** Who has it now, switching included. */
  holder: ProcessRecord | undefined;
  isSwitching: boolean;
  /** Whose state it still holds: taking this one up again costs nothing. */
  lastPid: number;
  /** When its holder's slice is used up. */
  sliceEnd: number;
  /** Events of this core with another stamp are void. */
  stamp: number;
  /** Whether the policy asked for its holder to step back. */
  mustYield: boolean;
}

/** One run from start to end. */
export class Engine {
  readonly processes: ProcessRecord[] = [];
  readonly #cores: readonly Core[];
  readonly #idle: CoreSet;
  readonly #events: EventQueue;
  readonly #input: EngineInput;
  readonly #machine: Machine;
  readonly #sink: TraceSink;
  readonly #maxEvents: number;
  readonly #isPerCore: boolean;
  /** Whether a process goes back to the core it had, if that is idle. */
  readonly #staysHome: boolean;
  readonly #accounting: SliceAccounting;
  readonly #queues: RunQueues;
  readonly #devices: Devices;
  readonly #locks: Locks;
  readonly #family: Family;
  readonly #memory: Memory | undefined;
  readonly #clock: Clock = { now: 0 };
  /** Who became ready by something other than losing a core, since cores were last given work. */
  #woken: ProcessRecord[] = [];
  /** Cores whose holder is to step back. */
  #yielding: Core[] = [];
  #ready = 0;
  #alive = 0;
  #handled = 0;
  /** Events that can make somebody ready: with none left, timers alone change nothing. */
  #substantial = 0;
  #policyTimers = 0;
  #isTimerSet = false;

  constructor(input: EngineInput) {
    this.#input = input;
    const { machine, workload } = input;
    this.#machine = machine;
    this.#sink = input.sink;
    this.#maxEvents = input.maxEvents;
    this.#isPerCore = machine.queues === 'per-core';
    this.#staysHome = machine.placement === 'previous' && !this.#isPerCore;
    this.#accounting = machine.sliceAccounting ?? input.policy.sliceAccounting ?? 'perDispatch';
    this.#events = new EventQueue(input.simultaneous);
    this.#cores = Array.from({ length: machine.cores }, (_, index) => this.#newCore(index));
    this.#idle = new CoreSet(machine.cores);
    for (const { index } of this.#cores) this.#idle.add(index);
    this.#devices = new Devices(machine, (process, ticks) =>
      this.#schedule(this.#clock.now + ticks, EVENT.ioDone, process.pid),
    );
    this.#locks = machine.priorityInheritance
      ? new Locks({
          outranks: (a, b) => this.#outranks(a, b),
          setDonor: (process, donor) => this.#setDonor(process, donor),
        })
      : new Locks();
    this.#family = new Family(machine.reparent, (zombie) => this.#move(zombie, REASON_INDEX.reap));
    if (machine.memory !== undefined) {
      this.#memory = new Memory(machine.memory, (process, ticks) =>
        this.#schedule(this.#clock.now + ticks, EVENT.ioDone, process.pid, 1),
      );
    }
    this.#queues = new RunQueues(machine, input.random, this.#idle, (queue) => this.#startPolicy(queue));
    for (const spec of workload) {
      const process = this.#create(spec, spec.arrival, undefined);
      this.#schedule(spec.arrival, EVENT.arrival, process.pid);
    }
    if (this.#isPerCore && machine.balance.interval > 0 && machine.cores > 1) {
      this.#events.push(machine.balance.interval, EVENT.balance, 0);
    }
  }

  get now(): number {
    return this.#clock.now;
  }

  /** Whether everyone has ended. */
  get isComplete(): boolean {
    return this.#alive === 0;
  }

  /** The pid each core is busy with, or undefined. */
  get cores(): readonly (number | undefined)[] {
    return this.#cores.map(({ holder }) => holder?.pid);
  }

  /** Runs until nobody is left, nothing more can happen, or the bound on events is reached. */
  run(): StallCause | undefined {
    let state = this.step();
    while (state === 'running') state = this.step();
    return state === 'completed' ? undefined : state;
  }

  /** When something happens next, or Infinity. */
  get nextTime(): number {
    return this.#alive === 0 ? Infinity : this.#events.nextTime;
  }

  /** Handles one moment: all that happens at its time, then the giving of work. */
  step(): StallCause | 'running' | 'completed' {
    if (this.#alive === 0) return 'completed';
    if (this.#substantial === 0 && (this.#ready === 0 || this.#policyTimers === 0)) {
      return this.#ready > 0 ? 'nothing-scheduled' : 'deadlock';
    }
    const events = this.#events;
    const time = events.nextTime;
    this.#clock.now = time;
    while (events.nextTime === time) {
      if (this.#handled === this.#maxEvents) return 'max-events';
      this.#handled++;
      events.pop();
      this.#handle();
      if (this.#alive === 0) return 'completed';
    }
    this.#giveWork();
    return 'running';
  }

  /** Who waits for whom in a circle, if that is why nothing goes on. */
  deadlock(): readonly DeadlockStep[] {
    return findDeadlock(this.processes, this.#locks, this.#family);
  }

  #handle(): void {
    const { class: eventClass, subject, stamp } = this.#events;
    switch (eventClass) {
      case EVENT.arrival: {
        this.#substantial--;
        const process = this.#process(subject);
        process.beginBurst();
        this.#admit(process, 'arrival');
        return;
      }
      case EVENT.ioDone: {
        this.#substantial--;
        const process = this.#process(subject);
        // Loaded into memory, whatever it waited for before.
        if (stamp === 1) this.#makeReady(process, 'swapped-in');
        else {
          this.#devices.done(process);
          process.beginBurst();
          this.#admit(process, 'io-done');
        }
        return;
      }
      case EVENT.timer:
        this.#isTimerSet = false;
        this.#timerInterrupt();
        return;
      case EVENT.policyTimer:
        this.#policyTimers--;
        this.#queues.at(subject).timer?.();
        return;
      case EVENT.balance:
        this.#balance();
        return;
      default: {
        this.#substantial--;
        const core = this.#core(subject);
        if (core.stamp === stamp && core.holder !== undefined) this.#coreEvent(eventClass, core, core.holder);
      }
    }
  }

  #coreEvent(eventClass: number, core: Core, process: ProcessRecord): void {
    if (eventClass === EVENT.switchDone) {
      this.#startRunning(process, core);
      return;
    }
    this.#settle(process, core);
    if (eventClass === EVENT.burstEnd) this.#continueScript(process, core);
    else if (eventClass === EVENT.sliceEnd) this.#stepBack(process, core, 'slice-end');
    else this.#scheduleStop(process, core);
  }

  /** Carries out operations that take no time, until one does. */
  #continueScript(process: ProcessRecord, core: Core): void {
    for (;;) {
      const operation = process.takeOperation();
      if (operation === undefined || operation.kind === 'exit') {
        this.#exit(process, core);
        return;
      }
      if (!this.#carryOut(process, core, operation)) return;
      process.beginBurst();
      if (process.remaining > 0) {
        if (this.#machine.timer === 0 && this.#clock.now >= core.sliceEnd) {
          this.#stepBack(process, core, 'slice-end');
        } else this.#scheduleStop(process, core);
        return;
      }
    }
  }

  /** One operation; false if the process has left its core by it. */
  #carryOut(process: ProcessRecord, core: Core, operation: ResolvedOperation): boolean {
    switch (operation.kind) {
      case 'io':
        this.#block(process, core, 'io');
        this.#devices.request(process, operation.device, operation.ticks);
        return false;
      case 'lock':
        if (this.#locks.acquire(process, operation.name)) return true;
        this.#block(process, core, 'lock-wait');
        return false;
      case 'unlock': {
        const next = this.#locks.release(process, operation.name);
        if (next !== undefined) this.#wake(next, 'lock-granted');
        return true;
      }
      case 'fork': {
        const child = this.#create(operation.child, this.#clock.now, process);
        child.beginBurst();
        this.#admit(child, 'fork', core.index);
        return true;
      }
      case 'wait':
        if (this.#family.wait(process, operation.child)) return true;
        this.#block(process, core, 'wait');
        return false;
      case 'yield':
        process.beginBurst();
        this.#stepBack(process, core, 'yield');
        return false;
      case 'cpu':
      case 'exit':
        // Neither comes here: computing is the burst before, and an exit has been seen to.
        break;
    }
    return true;
  }

  #exit(process: ProcessRecord, core: Core): void {
    const isAwaited = process.parent !== undefined;
    this.#leave(process, core, isAwaited ? 'zombie' : 'exit', 'exit');
    this.#alive--;
    this.#scheduler(process).exit?.(process.view);
    this.#queues.leave(process);
    for (const next of this.#locks.releaseAll(process)) this.#wake(next, 'lock-granted');
    this.#memory?.release(process);
    const parent = isAwaited ? this.#family.ended(process) : undefined;
    if (parent !== undefined) this.#wake(parent, 'child-exit');
    for (const heir of this.#family.orphan(process)) this.#wake(heir, 'child-exit');
  }

  #create(spec: ResolvedProcess, arrival: number, parent: ProcessRecord | undefined): ProcessRecord {
    const process = new ProcessRecord(this.processes.length + 1, spec, arrival, this.#clock);
    this.processes.push(process);
    this.#alive++;
    this.#family.adopt(parent, process);
    return process;
  }

  #wake(process: ProcessRecord, reason: 'lock-granted' | 'child-exit'): void {
    process.beginBurst();
    this.#admit(process, reason);
  }

  /** Ready, if there is room for it in memory; otherwise it is loaded when there is. */
  #admit(
    process: ProcessRecord,
    reason: 'arrival' | 'fork' | 'io-done' | 'lock-granted' | 'child-exit',
    core = NO_CORE,
  ): void {
    if (this.#memory === undefined || this.#memory.admit(process)) this.#makeReady(process, reason, core);
    else if (process.state === 'new') this.#move(process, REASON_INDEX['no-memory'], core);
  }

  #makeReady(
    process: ProcessRecord,
    reason: Exclude<EnqueueReason, 'migrate' | 'inherit'>,
    core = NO_CORE,
  ): void {
    const isWoken = process.state !== 'running';
    this.#move(process, REASON_INDEX[reason], core);
    this.#ready++;
    if (isWoken) {
      process.hasWoken = true;
      if (this.#isPerCore) this.#queues.place(process);
      this.#woken.push(process);
    }
    if (this.#isPerCore) this.#queues.enqueued(process);
    this.#scheduler(process).enqueue(process.view, reason);
  }

  #settle(process: ProcessRecord, core: Core): void {
    if (core.cache === undefined) {
      process.settle(this.#clock.now);
      return;
    }
    const elapsed = this.#clock.now - process.settledAt;
    process.settle(this.#clock.now);
    core.cache.spend(process, elapsed);
  }

  #leave(process: ProcessRecord, core: Core, reason: TransitionReason, stop: StopReason): void {
    process.rate = 0;
    process.isPicked = false;
    core.holder = undefined;
    core.stamp++;
    this.#idle.add(core.index);
    if (this.#accounting === 'carried') {
      const isOver = stop === 'slice-end' || stop === 'yield';
      process.sliceLeft = isOver || core.sliceEnd === Infinity ? 0 : core.sliceEnd - this.#clock.now;
    }
    if (stop === 'blocked' || stop === 'exit') this.#move(process, REASON_INDEX[reason], core.index);
    this.#scheduler(process).stopping?.(process.view, stop);
  }

  #block(process: ProcessRecord, core: Core, reason: 'io' | 'lock-wait' | 'wait'): void {
    this.#leave(process, core, reason, 'blocked');
    this.#memory?.block(process);
  }

  /** Off the core, yet still ready. */
  #stepBack(process: ProcessRecord, core: Core, reason: 'slice-end' | 'preempted' | 'yield'): void {
    this.#leave(process, core, reason, reason);
    this.#makeReady(process, reason, core.index);
  }

  /** Takes a core from its holder, even if it is only being switched to it. */
  #preempt(core: Core): void {
    const process = core.holder;
    if (process === undefined) return;
    if (!core.isSwitching) {
      this.#settle(process, core);
      this.#stepBack(process, core, 'preempted');
      return;
    }
    process.isPicked = false;
    core.holder = undefined;
    core.isSwitching = false;
    core.stamp++;
    this.#idle.add(core.index);
    this.#move(process, REASON_INDEX['switch-out'], core.index);
    this.#scheduler(process).stopping?.(process.view, 'preempted');
    this.#ready++;
    if (this.#isPerCore) this.#queues.enqueued(process);
    this.#scheduler(process).enqueue(process.view, 'preempted');
  }

  /**
   * Chooses who runs, and where. The policy is asked for each idle core, by number; whoever it names goes
   * to the core it last had if that is idle too. So with the machine to itself, a process stays where it
   * is when its slices end. Then those who just became ready may take a core from one who runs.
   */
  #giveWork(): void {
    if (this.#yielding.length > 0) this.#yieldCores();
    if (this.#ready > 0) this.#fillIdle();
    while (this.#woken.length > 0) {
      const woken = this.#woken;
      this.#woken = [];
      if (this.#ready === 0) return;
      for (const process of woken) this.#preemptFor(process);
    }
  }

  #yieldCores(): void {
    for (const core of this.#yielding) {
      core.mustYield = false;
      this.#preempt(core);
    }
    this.#yielding.length = 0;
  }

  #fillIdle(): void {
    const idle = this.#idle;
    const staysHome = this.#staysHome;
    for (let index = idle.next(0); index !== -1 && this.#ready > 0; index = idle.next(index + 1)) {
      while (idle.has(index)) {
        const process = this.#pick(index);
        if (process === undefined) break;
        const home = process.lastCore;
        this.#give(this.#core(staysHome && home !== -1 && idle.has(home) ? home : index), process);
        if (this.#ready === 0) break;
      }
    }
  }

  #pick(core: number): ProcessRecord | undefined {
    if (this.#isPerCore && !this.#queues.hasReady(core)) {
      if (!this.#machine.balance.onIdle || !this.#pull(core, 1)) return undefined;
    }
    const scheduler = this.#queues.of(core);
    const pid = scheduler.pickNext(core);
    if (pid === undefined) return undefined;
    const process = typeof pid === 'number' ? this.processes[pid - 1] : undefined;
    if (process === undefined) {
      const range = `return one of 1 to ${this.processes.length}, or undefined for none.`;
      throw this.#policyError('pickNext', pid, `no process has that pid; ${range}`);
    }
    // A process that a core is switching to is still `ready` as a state, yet no longer to be had.
    if (process.state !== 'ready' || process.isPicked) {
      const state = process.isPicked ? 'on a core already' : process.state;
      const advice = 'return a pid that was enqueued and not dequeued since.';
      throw this.#policyError('pickNext', pid, `process "${process.view.name}" is ${state}; ${advice}`);
    }
    if (process.spec.affinity !== undefined && !process.view.mayRunOn(core)) {
      const advice = `return one for which mayRunOn(${core}) is true.`;
      throw this.#policyError(
        'pickNext',
        pid,
        `process "${process.view.name}" may not run on core ${core}; ${advice}`,
      );
    }
    process.isPicked = true;
    this.#ready--;
    if (this.#isPerCore) this.#queues.dequeued(process);
    scheduler.dequeue(process.view, 'dispatch');
    return process;
  }

  #give(core: Core, process: ProcessRecord): void {
    const { contextSwitch, migration, wakeUp } = this.#machine;
    core.holder = process;
    this.#idle.delete(core.index);
    let cost = core.lastPid === process.pid ? 0 : contextSwitch;
    if (process.lastCore !== core.index && process.lastCore !== -1) cost += migration;
    if (process.hasWoken) cost += wakeUp;
    process.hasWoken = false;
    core.lastPid = process.pid;
    process.lastCore = core.index;
    if (cost === 0) {
      this.#startRunning(process, core);
      return;
    }
    core.isSwitching = true;
    this.#move(process, REASON_INDEX['switch-in'], core.index);
    this.#schedule(this.#clock.now + cost, EVENT.switchDone, core.index, ++core.stamp);
  }

  #startRunning(process: ProcessRecord, core: Core): void {
    const { now } = this.#clock;
    core.isSwitching = false;
    core.sliceEnd = now + this.#slice(process, core);
    this.#move(process, REASON_INDEX.dispatch, core.index);
    process.settledAt = now;
    core.cache?.begin(process);
    this.#scheduleStop(process, core);
    if (this.#machine.timer > 0) this.#setTimer();
  }

  /** Sets the next event of a core that runs a process: whatever comes first. */
  #scheduleStop(process: ProcessRecord, core: Core): void {
    const { now } = this.#clock;
    const { cache } = core;
    const isWarm = cache === undefined || cache.isWarm(process);
    process.rate = core.speed * (cache !== undefined && isWarm ? (this.#machine.cache?.warmRate ?? 1) : 1);
    // A burst that ends with its slice is over: the process blocks or exits, and takes no second turn.
    let time = now + Math.ceil(process.remaining / process.rate);
    let eventClass: number = EVENT.burstEnd;
    if (!isWarm) {
      const warmAt = now + cache.ticksToWarm(process);
      if (warmAt <= time) {
        time = warmAt;
        eventClass = EVENT.cacheWarm;
      }
    }
    if (this.#machine.timer === 0 && core.sliceEnd < time) {
      time = core.sliceEnd;
      eventClass = EVENT.sliceEnd;
    }
    this.#schedule(time, eventClass, core.index, ++core.stamp);
  }

  #slice(process: ProcessRecord, core: Core): number {
    if (this.#accounting === 'none' || this.#accounting === 'globalTimer') return Infinity;
    if (this.#accounting === 'carried' && process.sliceLeft > 0) return process.sliceLeft;
    const slice = this.#scheduler(process).sliceFor(process.view, core.index);
    if (slice === undefined) return Infinity;
    if (Number.isSafeInteger(slice) && slice >= 1) return slice;
    throw this.#policyError('sliceFor', slice, 'return an integer of 1 or more, or undefined for no limit.');
  }

  /** A process that just became ready takes the core of the least urgent one it may have, if it may have any. */
  #preemptFor(woken: ProcessRecord): void {
    if (woken.state !== 'ready' || woken.isPicked) return;
    const scheduler = this.#scheduler(woken);
    if (scheduler.checkPreempt === undefined) return;
    let victim: Core | undefined;
    for (const core of this.#queues.coresFor(woken, this.#cores)) {
      const running = core.holder;
      if (running === undefined || !woken.view.mayRunOn(core.index)) continue;
      if (!scheduler.checkPreempt(woken.view, running.view, core.index)) continue;
      if (
        victim?.holder === undefined ||
        scheduler.checkPreempt(victim.holder.view, running.view, core.index)
      ) {
        victim = core;
      }
    }
    if (victim === undefined) return;
    this.#preempt(victim);
    this.#fillIdle();
  }

  #setTimer(): void {
    if (this.#isTimerSet) return;
    this.#isTimerSet = true;
    const { timer } = this.#machine;
    this.#events.push((Math.floor(this.#clock.now / timer) + 1) * timer, EVENT.timer, 0);
  }

  #timerInterrupt(): void {
    const { now } = this.#clock;
    const isGlobal = this.#accounting === 'globalTimer';
    let isBusy = false;
    for (const core of this.#cores) {
      const process = core.holder;
      if (process === undefined) continue;
      if (!core.isSwitching && (isGlobal || now >= core.sliceEnd)) {
        this.#settle(process, core);
        this.#stepBack(process, core, 'slice-end');
      } else if (!core.isSwitching && this.#scheduler(process).tick?.(process.view, core.index) === true) {
        this.#settle(process, core);
        this.#stepBack(process, core, 'preempted');
      } else isBusy = true;
    }
    if (isBusy) this.#setTimer();
  }

  #balance(): void {
    for (const { index } of this.#cores) {
      // A core with somebody running takes more only from one that is two ahead of it.
      if (!this.#queues.hasReady(index)) this.#pull(index, this.#idle.has(index) ? 1 : 2);
    }
    if (this.#alive > 0)
      this.#events.push(this.#clock.now + this.#machine.balance.interval, EVENT.balance, 0);
  }

  /** Takes a process from another core's queue; false if none may come. */
  #pull(thief: number, lead: number): boolean {
    if (!this.#isPerCore) return false;
    const process = this.#queues.choose(thief, lead, this.processes);
    if (process === undefined) return false;
    this.#scheduler(process).dequeue(process.view, 'migrate');
    this.#queues.migrate(process, thief);
    this.#move(process, REASON_INDEX.migrate, thief);
    this.#scheduler(process).enqueue(process.view, 'migrate');
    return true;
  }

  #outranks(a: ProcessRecord, b: ProcessRecord): boolean {
    return this.#scheduler(a).checkPreempt?.(a.view, b.view, Math.max(0, b.lastCore)) === true;
  }

  #setDonor(process: ProcessRecord, donor: ProcessRecord | undefined): void {
    if (process.donor === donor) return;
    const isQueued = process.state === 'ready' && !process.isPicked;
    if (isQueued) this.#scheduler(process).dequeue(process.view, 'inherit');
    process.donor = donor;
    if (!isQueued) return;
    this.#scheduler(process).enqueue(process.view, 'inherit');
    this.#woken.push(process);
  }

  /** @param reason - its index */
  #move(process: ProcessRecord, reason: number, core = NO_CORE): void {
    process.state = STATE_AFTER[reason] as ProcessState;
    this.#sink.append(this.#clock.now, process.pid, reason, core);
  }

  #schedule(time: number, eventClass: number, subject: number, stamp = 0): void {
    if (!Number.isSafeInteger(time)) {
      const expected = 'fewer ticks: beyond 2^53 they cannot be counted exactly';
      throw new InvalidInputError({ field: 'the time of an event', value: time, expected });
    }
    this.#substantial++;
    this.#events.push(time, eventClass, subject, stamp);
  }

  #newCore(index: number): Core {
    const tell = (reason: 'warm' | 'evict') => (process: ProcessRecord) =>
      this.#sink.append(this.#clock.now, process.pid, REASON_INDEX[reason], index);
    const { cache, speeds } = this.#machine;
    return {
      index,
      speed: speeds[index] as number,
      cache: cache && new CoreCache(cache, { warmed: tell('warm'), evicted: tell('evict') }),
      holder: undefined,
      isSwitching: false,
      lastPid: 0,
      sliceEnd: Infinity,
      stamp: 0,
      mustYield: false,
    };
  }

  #startPolicy(queue: number): Scheduler {
    const { policy, machine, random } = this.#input;
    const context: PolicyContext = {
      cores: machine.cores,
      random,
      now: () => this.#clock.now,
      running: (core) => this.#cores[core]?.holder?.view,
      timerAt: (time) => this.#timerAt(time, queue),
      preempt: (index) => {
        const core = this.#cores[index];
        if (core?.holder === undefined || core.mustYield) return;
        core.mustYield = true;
        this.#yielding.push(core);
      },
    };
    const scheduler = policy.start(context);
    for (const method of ['enqueue', 'dequeue', 'pickNext', 'sliceFor'] as const) {
      if (typeof scheduler?.[method] !== 'function') {
        throw this.#policyError('start', scheduler, `return an object with a method ${method}().`);
      }
    }
    return scheduler;
  }

  #timerAt(time: number, queue: number): void {
    if (!Number.isSafeInteger(time) || time < this.#clock.now) {
      throw this.#policyError('timerAt', time, 'ask for a whole tick from now on.');
    }
    this.#policyTimers++;
    this.#events.push(time, EVENT.policyTimer, queue);
  }

  #policyError(method: PolicyError['method'], value: unknown, problem: string): PolicyError {
    return new PolicyError({
      policy: this.#input.policy.name,
      method,
      value,
      time: this.#clock.now,
      problem,
    });
  }

  #scheduler(process: ProcessRecord): Scheduler {
    return this.#queues.at(process.queue);
  }

  // Pids and core numbers in events are the engine's own, so these always find something.
  #process(pid: number): ProcessRecord {
    return this.processes[pid - 1] as ProcessRecord;
  }

  #core(index: number): Core {
    return this.#cores[index] as Core;
  }
}
