// What the workload runs on. All costs are in ticks; what a tick stands for is only a label.

import { InvalidInputError } from './errors.js';
import { requireInteger, requireObject, requireText } from './validate.js';

/** The machine of a run. */
export interface MachineOptions {
  /**
   * Number of cores, all alike, fed from one queue.
   *
   * @defaultValue 1
   */
  readonly cores?: number | undefined;
  /**
   * Ticks a core spends on taking up a process other than the one it last held, its first included.
   * Resuming the same process is free.
   *
   * @defaultValue 0
   */
  readonly contextSwitch?: number | undefined;
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
  /** Ticks. */
  readonly contextSwitch: number;
  readonly unit: string;
}

/** More would only make runs slow; it also keeps core numbers within a trace's 16-bit column. */
const MAX_CORES = 4096;

/** Checks the machine's options and fills in what was left out. */
export function resolveMachine(given: unknown): Machine {
  const options = requireObject('machine', given ?? {}, 'an object: { cores, contextSwitch, unit }');
  return {
    cores: requireCores(options['cores'] ?? 1),
    contextSwitch: requireInteger('machine.contextSwitch', options['contextSwitch'] ?? 0, 0),
    unit: requireText('machine.unit', options['unit'] ?? 'ticks'),
  };
}

function requireCores(value: unknown): number {
  const cores = requireInteger('machine.cores', value, 1);
  if (cores <= MAX_CORES) return cores;
  throw new InvalidInputError({ field: 'machine.cores', value, expected: `at most ${MAX_CORES}` });
}
