// Workloads made up from a seed, and those of periodic tasks.

import { requireInteger, requireObject } from './validate.js';
import { seededRandom } from './random.js';
import { cpu, io, type Operation, type ProcessSpec } from './workload.js';

/** From and to, both included. */
export type Range = readonly [from: number, to: number];

/** What to make up. */
export interface GenerateOptions {
  readonly processes: number;
  /** @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Ticks of arrival. @defaultValue [0, 0] */
  readonly arrival?: Range | undefined;
  /** Ticks of a burst. @defaultValue [1, 10] */
  readonly burst?: Range | undefined;
  /** Times a process waits for a device, each between two bursts. @defaultValue [0, 0] */
  readonly ios?: Range | undefined;
  /** Ticks of I/O. @defaultValue [1, 10] */
  readonly io?: Range | undefined;
  /** The device. @defaultValue 'io' */
  readonly device?: string | undefined;
}

/**
 * Makes up a workload; the same options give the same one everywhere.
 *
 * @throws {@link InvalidInputError} naming the option and the value
 */
export function generateWorkload(options: GenerateOptions): ProcessSpec[] {
  const given = requireObject('generateWorkload(options)', options, 'an object: { processes, seed }');
  const count = requireInteger('generateWorkload(options).processes', given['processes'], 0);
  const random = seededRandom(requireInteger('generateWorkload(options).seed', given['seed'] ?? 0, 0));
  const range = (name: string, standard: Range): (() => number) => {
    const [from, to] = (given[name] ?? standard) as Range;
    const low = requireInteger(`generateWorkload(options).${name}[0]`, from, 0);
    const high = requireInteger(`generateWorkload(options).${name}[1]`, to, low);
    return () => low + random.below(high - low + 1);
  };
  const arrival = range('arrival', [0, 0]);
  const burst = range('burst', [1, 10]);
  const ios = range('ios', [0, 0]);
  const wait = range('io', [1, 10]);
  return Array.from({ length: count }, (_, index) => {
    const start = arrival();
    const script: Operation[] = [cpu(burst())];
    for (let left = ios(); left > 0; left--) script.push(io(wait(), options.device), cpu(burst()));
    return { name: `p${index + 1}`, arrival: start, script };
  });
}

/** A task that is released again and again. */
export interface PeriodicTask {
  readonly name: string;
  /** Ticks from one release to the next. */
  readonly period: number;
  /** Ticks of a core for each release. */
  readonly cost: number;
  /** Ticks from a release to its deadline. @defaultValue `period` */
  readonly deadline?: number | undefined;
  /** The first release. @defaultValue 0 */
  readonly offset?: number | undefined;
}

/**
 * The releases of periodic tasks, a process each, named `task#1`, `task#2` and so on.
 *
 * @param until - no release at or after this tick; for tasks that start together their hyperperiod shows all
 * @throws {@link InvalidInputError} naming the task and the value
 */
export function periodicTasks(tasks: readonly PeriodicTask[], until: number): ProcessSpec[] {
  const end = requireInteger('periodicTasks(until)', until, 0);
  return tasks.flatMap((task, index) => {
    const field = `periodicTasks(tasks)[${index}]`;
    const period = requireInteger(`${field}.period`, task.period, 1);
    const cost = requireInteger(`${field}.cost`, task.cost, 0);
    const offset = requireInteger(`${field}.offset`, task.offset ?? 0, 0);
    const releases = Math.max(0, Math.ceil((end - offset) / period));
    return Array.from({ length: releases }, (_, release) => ({
      name: `${task.name}#${release + 1}`,
      arrival: offset + release * period,
      period,
      deadline: task.deadline ?? period,
      script: [cpu(cost)],
    }));
  });
}
