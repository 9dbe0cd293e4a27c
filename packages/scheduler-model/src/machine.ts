// What the workload runs on. All costs are in ticks; what a tick stands for is only a label.

import { InvalidInputError } from './errors.js';
import { requireBoolean, requireInteger, requireObject, requireOneOf, requireText } from './validate.js';
import type { ResolvedOperation, ResolvedProcess } from './workload.js';

/**
 * What a slice is counted by: each dispatch starts a full one; what is left of it is kept over preemption
 * and I/O; it ends for everyone at each tick of the timer; or there is none.
 */
export type SliceAccounting = 'perDispatch' | 'carried' | 'globalTimer' | 'none';

/** How queues of several cores are evened out. */
export interface BalanceOptions {
  /** Ticks from one look at the queues to the next; 0 for never. @defaultValue 0 */
  readonly interval?: number | undefined;
  /** Whose queue is relieved: the longest, or one of those with something to give, by chance. @defaultValue 'busiest' */
  readonly victim?: 'busiest' | 'random' | undefined;
  /** Whether a core looks for work elsewhere as soon as it has none. @defaultValue true */
  readonly onIdle?: boolean | undefined;
}

/** The cores' caches: one each, all alike. */
export interface CacheOptions {
  /** Units of working set that one cache holds. */
  readonly size: number;
  /** Ticks a process runs on a core until its working set is in that core's cache. */
  readonly warmUp: number;
  /** Times as much work a tick while it is. */
  readonly warmRate: number;
}

/** Physical memory: who does not fit waits, or sends a blocked process to the swap device. */
export interface MemoryOptions {
  readonly size: number;
  /** Ticks to bring a process back; without it nobody is swapped out. */
  readonly swapIn?: number | undefined;
}

/** The machine of a run. */
export interface MachineOptions {
  /** Number of cores. @defaultValue 1 */
  readonly cores?: number | undefined;
  /** Work a core does in a tick, by core, in whole numbers. @defaultValue 1 for each */
  readonly speeds?: readonly number[] | undefined;
  /** One queue for all cores, or one for each. @defaultValue 'global' */
  readonly queues?: 'global' | 'per-core' | undefined;
  /** For queues per core. */
  readonly balance?: BalanceOptions | undefined;
  /**
   * Where a process goes when several cores are idle: back to the one it had, or to the lowest.
   *
   * @defaultValue 'previous'
   */
  readonly placement?: 'previous' | 'lowest' | undefined;
  /** @defaultValue what the policy asks for, else 'perDispatch' */
  readonly sliceAccounting?: SliceAccounting | undefined;
  /**
   * Ticks from one timer interrupt to the next: a slice that is used up ends at the next of them. With 0
   * it ends to the tick.
   *
   * @defaultValue 0
   */
  readonly timer?: number | undefined;
  /**
   * Ticks a core spends on taking up a process other than the one it last held, its first included.
   * Resuming the same process is free.
   *
   * @defaultValue 0
   */
  readonly contextSwitch?: number | undefined;
  /** Ticks more if the process was on another core last. @defaultValue 0 */
  readonly migration?: number | undefined;
  /** Ticks more for the first dispatch after a wait. @defaultValue 0 */
  readonly wakeUp?: number | undefined;
  /** What a cold cache costs. @defaultValue none: cores are always warm */
  readonly cache?: CacheOptions | undefined;
  /** Devices by name, with how many requests each serves at once. @defaultValue any, without limit */
  readonly devices?: Readonly<Record<string, { readonly capacity?: number | undefined }>> | undefined;
  /** @defaultValue without limit */
  readonly memory?: MemoryOptions | undefined;
  /** Whether the holder of a lock counts as its most urgent waiter. @defaultValue false */
  readonly priorityInheritance?: boolean | undefined;
  /**
   * Who gets the children of a process that exits: init; its nearest ancestor marked `subreaper`, else
   * init; or its own parent, so that the tree loses a level.
   *
   * @defaultValue 'init'
   */
  readonly reparent?: 'init' | 'subreaper' | 'flatten' | undefined;
  /**
   * What one tick stands for, for charts: `'ms'`, `'µs'`. It changes no number.
   *
   * @defaultValue 'ticks'
   */
  readonly unit?: string | undefined;
}

/** A machine after checking, nothing left open. */
export interface Machine {
  readonly cores: number;
  readonly speeds: readonly number[];
  readonly queues: 'global' | 'per-core';
  readonly balance: {
    readonly interval: number;
    readonly victim: 'busiest' | 'random';
    readonly onIdle: boolean;
  };
  readonly placement: 'previous' | 'lowest';
  readonly sliceAccounting: SliceAccounting | undefined;
  readonly timer: number;
  readonly contextSwitch: number;
  readonly migration: number;
  readonly wakeUp: number;
  readonly cache: CacheOptions | undefined;
  readonly devices: Readonly<Record<string, { readonly capacity: number }>> | undefined;
  readonly memory: { readonly size: number; readonly swapIn: number | undefined } | undefined;
  readonly priorityInheritance: boolean;
  readonly reparent: 'init' | 'subreaper' | 'flatten';
  readonly unit: string;
}

/** More would only make runs slow; it also keeps core numbers within a trace's 16-bit column. */
const MAX_CORES = 4096;

/** Checks the machine's options and fills in what was left out. */
export function resolveMachine(given: unknown): Machine {
  const options = requireObject('machine', given ?? {}, 'an object: { cores, contextSwitch, unit }');
  const cores = requireCores(options['cores'] ?? 1);
  const cost = (name: string): number => requireInteger(`machine.${name}`, options[name] ?? 0, 0);
  const sliceAccounting = options['sliceAccounting'];
  const machine: Machine = {
    cores,
    speeds: resolveSpeeds(options['speeds'], cores),
    queues: requireOneOf('machine.queues', options['queues'] ?? 'global', ['global', 'per-core']),
    balance: resolveBalance(options['balance'] ?? {}),
    placement: requireOneOf('machine.placement', options['placement'] ?? 'previous', ['previous', 'lowest']),
    sliceAccounting:
      sliceAccounting === undefined
        ? undefined
        : requireOneOf<SliceAccounting>('machine.sliceAccounting', sliceAccounting, [
            'perDispatch',
            'carried',
            'globalTimer',
            'none',
          ]),
    timer: cost('timer'),
    contextSwitch: cost('contextSwitch'),
    migration: cost('migration'),
    wakeUp: cost('wakeUp'),
    cache: options['cache'] === undefined ? undefined : resolveCache(options['cache']),
    devices: options['devices'] === undefined ? undefined : resolveDevices(options['devices']),
    memory: options['memory'] === undefined ? undefined : resolveMemory(options['memory']),
    priorityInheritance: requireBoolean(
      'machine.priorityInheritance',
      options['priorityInheritance'] ?? false,
    ),
    reparent: requireOneOf('machine.reparent', options['reparent'] ?? 'init', [
      'init',
      'subreaper',
      'flatten',
    ]),
    unit: requireText('machine.unit', options['unit'] ?? 'ticks'),
  };
  if (machine.sliceAccounting === 'globalTimer' && machine.timer === 0) {
    const expected = "1 or more: with sliceAccounting 'globalTimer' slices end at its ticks";
    throw new InvalidInputError({ field: 'machine.timer', value: 0, expected });
  }
  return machine;
}

/** Refuses a workload that names what the machine does not have. */
export function checkFits(workload: readonly ResolvedProcess[], machine: Machine): void {
  workload.forEach((process, index) => checkProcess(`processes[${index}]`, process, machine));
}

function checkProcess(field: string, process: ResolvedProcess, machine: Machine): void {
  process.affinity?.forEach((core, index) => {
    if (core < machine.cores) return;
    const expected = `a core of the machine, 0 to ${machine.cores - 1}`;
    throw new InvalidInputError({ field: `${field}.affinity[${index}]`, value: core, expected });
  });
  if (machine.memory !== undefined && process.memory > machine.memory.size) {
    const expected = `at most machine.memory.size, ${machine.memory.size}: it could never start`;
    throw new InvalidInputError({ field: `${field}.memory`, value: process.memory, expected });
  }
  process.script.forEach((step, index) => checkStep(`${field}.script[${index}]`, step, machine));
}

function checkStep(field: string, step: ResolvedOperation, machine: Machine): void {
  if (step.kind === 'fork') checkProcess(`${field}.child`, step.child, machine);
  if (step.kind !== 'io' || machine.devices === undefined) return;
  if (Object.hasOwn(machine.devices, step.device)) return;
  const known = Object.keys(machine.devices).join(', ');
  const expected = `one of the devices of the machine: ${known}`;
  throw new InvalidInputError({ field: `${field}.device`, value: step.device, expected });
}

function resolveSpeeds(given: unknown, cores: number): readonly number[] {
  if (given === undefined) return Array.from({ length: cores }, () => 1);
  if (!Array.isArray(given) || given.length !== cores) {
    const expected = `an array of ${cores}, one for each core`;
    throw new InvalidInputError({ field: 'machine.speeds', value: given, expected });
  }
  return given.map((speed: unknown, core) => requireInteger(`machine.speeds[${core}]`, speed, 1));
}

function resolveBalance(given: unknown): Machine['balance'] {
  const options = requireObject('machine.balance', given, 'an object: { interval, victim, onIdle }');
  return {
    interval: requireInteger('machine.balance.interval', options['interval'] ?? 0, 0),
    victim: requireOneOf('machine.balance.victim', options['victim'] ?? 'busiest', ['busiest', 'random']),
    onIdle: requireBoolean('machine.balance.onIdle', options['onIdle'] ?? true),
  };
}

function resolveCache(given: unknown): CacheOptions {
  const options = requireObject('machine.cache', given, 'an object: { size, warmUp, warmRate }');
  return {
    size: requireInteger('machine.cache.size', options['size'], 0),
    warmUp: requireInteger('machine.cache.warmUp', options['warmUp'], 0),
    warmRate: requireInteger('machine.cache.warmRate', options['warmRate'], 1),
  };
}

function resolveDevices(given: unknown): Record<string, { readonly capacity: number }> {
  const devices = requireObject('machine.devices', given, 'an object: { disk: { capacity: 1 } }');
  const entries = Object.entries(devices).map(([name, value]) => {
    const field = `machine.devices.${name}`;
    const { capacity } = requireObject(field, value, 'an object: { capacity }');
    const requests = capacity === undefined || capacity === Infinity ? Infinity : capacity;
    return [
      name,
      { capacity: requests === Infinity ? Infinity : requireInteger(`${field}.capacity`, requests, 1) },
    ] as const;
  });
  return Object.fromEntries(entries);
}

function resolveMemory(given: unknown): NonNullable<Machine['memory']> {
  const options = requireObject('machine.memory', given, 'an object: { size, swapIn }');
  const swapIn = options['swapIn'];
  return {
    size: requireInteger('machine.memory.size', options['size'], 1),
    swapIn: swapIn === undefined ? undefined : requireInteger('machine.memory.swapIn', swapIn, 0),
  };
}

function requireCores(value: unknown): number {
  const cores = requireInteger('machine.cores', value, 1);
  if (cores <= MAX_CORES) return cores;
  throw new InvalidInputError({ field: 'machine.cores', value, expected: `at most ${MAX_CORES}` });
}
