// Workloads written for other programs: OSTEP's job lists, and a subset of rt-app's JSON.

import { InvalidInputError } from './errors.js';
import { requireInteger, requireObject } from './validate.js';
import { cpu, io, lock, type Operation, type ProcessSpec, unlock, yieldCore } from './workload.js';

/** Which of OSTEP's simulators a list is for; they write jobs differently. */
export type OstepList = 'scheduler' | 'mlfq' | 'process-run' | 'multi' | 'lottery';

/**
 * A job list of OSTEP's simulators as a workload: `5,2,7` for scheduler.py, `0,20,5:3,7,0` for mlfq.py,
 * `c3,i,c1:c4` for process-run.py, `a:20:50,b:10:30` for multi.py, `10:75,5:25` for lottery.py.
 *
 * @param options.ioTime - ticks of each I/O, for the two that have it; 5 by default, as there
 * @throws {@link InvalidInputError} naming the part that could not be read
 */
export function importOstep(
  kind: OstepList,
  list: string,
  options: { readonly ioTime?: number } = {},
): ProcessSpec[] {
  const ioTime = requireInteger('importOstep(options).ioTime', options.ioTime ?? 5, 0);
  const part = (text: string, index: number, what: string): number => {
    const value = Number(text);
    if (text !== '' && Number.isSafeInteger(value) && value >= 0) return value;
    throw new InvalidInputError({
      field: `importOstep(list), job ${index + 1}`,
      value: text,
      expected: what,
    });
  };
  const ticks = 'a whole number of ticks';
  switch (kind) {
    case 'scheduler':
      return list
        .split(',')
        .map((text, index) => ({ name: `job ${index}`, script: [cpu(part(text, index, ticks))] }));
    case 'mlfq':
      return list.split(':').map((text, index) => {
        const [start = '', run = '', frequency = ''] = text.split(',');
        const every = part(frequency, index, 'start,run,ioFrequency');
        const script: Operation[] = [];
        for (let left = part(run, index, ticks); left > 0; left -= every || left) {
          script.push(cpu(every === 0 ? left : Math.min(left, every)));
          if (every > 0 && left > every) script.push(io(ioTime));
        }
        return { name: `job ${index}`, arrival: part(start, index, ticks), script };
      });
    case 'process-run':
      return list.split(':').map((text, index) => ({
        name: `process ${index}`,
        // Issuing I/O and handling its end are an instruction each there.
        script: text
          .split(',')
          .flatMap((step) =>
            step === 'i' ? [cpu(1), io(ioTime), cpu(1)] : [cpu(part(step.slice(1), index, 'cN or i'))],
          ),
      }));
    case 'multi':
      return list.split(',').map((text, index) => {
        const [name = '', run = '', workingSet = ''] = text.split(':');
        return {
          name,
          script: [cpu(part(run, index, ticks))],
          workingSet: part(workingSet, index, 'name:run:set'),
        };
      });
    case 'lottery':
      return list.split(',').map((text, index) => {
        const [run = '', tickets = ''] = text.split(':');
        return {
          name: `job ${index}`,
          script: [cpu(part(run, index, ticks))],
          tickets: part(tickets, index, 'run:tickets'),
        };
      });
    default: {
      const expected = "'scheduler', 'mlfq', 'process-run', 'multi' or 'lottery'";
      throw new InvalidInputError({ field: 'importOstep(kind)', value: kind, expected });
    }
  }
}

/**
 * An rt-app file as a workload; a tick is a microsecond, as there. Read are `tasks` with `instance`,
 * `loop`, `delay`, `priority` (as nice, where the policy is not real-time), `cpus`, and of `phases` or of
 * the task itself `run`, `runtime`, `sleep`, `lock`, `unlock`, `yield` and `timer` (as a sleep for the rest
 * of its period). Anything else is refused, so that nothing is silently left out.
 *
 * @param file - the parsed JSON; rt-app also allows comments, which JSON does not
 * @throws {@link InvalidInputError} naming the task and the key
 * @see https://github.com/scheduler-tools/rt-app, doc/tutorial.txt
 */
export function importRtApp(file: unknown): ProcessSpec[] {
  const root = requireObject('rt-app file', file, 'an object: { tasks }');
  const tasks = requireObject('tasks', root['tasks'], 'an object: a task for each name');
  return Object.entries(tasks).flatMap(([name, value]) => {
    const field = `tasks.${name}`;
    const task = requireObject(field, value, 'a task');
    const instances = requireInteger(`${field}.instance`, task['instance'] ?? 1, 1);
    const { script, rest } = scriptOf(field, task);
    const spec: { -readonly [Key in keyof ProcessSpec]?: ProcessSpec[Key] } = {};
    for (const [key, given] of Object.entries(rest)) {
      if (key === 'delay') spec.arrival = requireInteger(`${field}.delay`, given, 0);
      else if (key === 'priority') spec.nice = given as number;
      else if (key === 'cpus') spec.affinity = given as number[];
      else if (key === 'policy' && given === 'SCHED_OTHER') continue;
      else throw unknownKey(`${field}.${key}`, given);
    }
    return Array.from({ length: instances }, (_, index) => ({
      name: instances === 1 ? name : `${name}-${index}`,
      ...spec,
      script,
    }));
  });
}

const unknownKey = (field: string, value: unknown): InvalidInputError =>
  new InvalidInputError({ field, value, expected: 'a key of the subset that is read, or leave it out' });

/** The script of a task or phase, repeated, and the keys that say something else. */
function scriptOf(
  field: string,
  given: Record<string, unknown>,
): { script: Operation[]; rest: Record<string, unknown> } {
  const { loop, phases, instance: _, ...others } = given;
  const times = requireInteger(`${field}.loop`, loop ?? 1, 1);
  const rest: Record<string, unknown> = {};
  const once: Operation[] = [];
  const state = { sinceTimer: 0 };
  for (const [key, value] of Object.entries(others)) {
    if (!step(`${field}.${key}`, key, value, once, state)) rest[key] = value;
  }
  if (phases !== undefined) {
    for (const [name, phase] of Object.entries(
      requireObject(`${field}.phases`, phases, 'an object of phases'),
    )) {
      const at = `${field}.phases.${name}`;
      const inner = scriptOf(at, requireObject(at, phase, 'a phase'));
      for (const [key, value] of Object.entries(inner.rest)) throw unknownKey(`${at}.${key}`, value);
      once.push(...inner.script);
    }
  }
  return { script: Array.from({ length: times }, () => once).flat(), rest };
}

/** Adds what one key stands for; false if it is no operation. Keys may be numbered: run0, run1. */
function step(
  field: string,
  key: string,
  value: unknown,
  script: Operation[],
  state: { sinceTimer: number },
): boolean {
  const ticks = (): number => requireInteger(field, value, 0);
  switch (key.replace(/\d+$/, '')) {
    case 'run':
    case 'runtime':
      script.push(cpu(ticks()));
      state.sinceTimer += ticks();
      return true;
    case 'sleep':
      script.push(io(ticks(), 'sleep'));
      state.sinceTimer += ticks();
      return true;
    case 'timer': {
      const { period } = requireObject(field, value, 'an object: { ref, period }');
      const length = requireInteger(`${field}.period`, period, 1);
      script.push(io(Math.max(0, length - state.sinceTimer), 'timer'));
      state.sinceTimer = 0;
      return true;
    }
    case 'lock':
      script.push(lock(String(value)));
      return true;
    case 'unlock':
      script.push(unlock(String(value)));
      return true;
    case 'yield':
      script.push(yieldCore());
      return true;
    default:
      return false;
  }
}
