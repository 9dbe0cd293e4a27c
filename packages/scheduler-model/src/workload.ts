// What is to be run: processes, each a script of operations. The script says what a process asks for;
// when it gets it is the policy's and the machine's affair.

import { InvalidInputError } from './errors.js';
import { requireBoolean, requireInteger, requireObject, requireText } from './validate.js';

/** Needs a core for `ticks` ticks of a core of speed 1, in one stretch or several. */
export interface CpuOperation {
  readonly kind: 'cpu';
  /** Ticks of a core; 0 is allowed and takes a turn of no length. */
  readonly ticks: number;
}

/** Waits `ticks` ticks for a device, without a core. Issued by the running process, at no cost. */
export interface IoOperation {
  readonly kind: 'io';
  /** Ticks the device needs, once it has taken the request up. */
  readonly ticks: number;
  /** The device's name. */
  readonly device: string;
}

/** Takes a lock, or blocks until it is handed over. */
export interface LockOperation {
  readonly kind: 'lock';
  readonly name: string;
}

/** Gives a lock to the next who waits for it. */
export interface UnlockOperation {
  readonly kind: 'unlock';
  readonly name: string;
}

/** Makes a child, ready at once; the parent goes on. */
export interface ForkOperation {
  readonly kind: 'fork';
  readonly child: ProcessSpec;
}

/** Waits until a child has ended, and takes its record; goes on at once if there is no child. */
export interface WaitOperation {
  readonly kind: 'wait';
  /** Which child; any, if undefined. */
  readonly child: string | undefined;
}

/** Gives the core to the next, and is ready again. */
export interface YieldOperation {
  readonly kind: 'yield';
}

/** Ends the process here, whatever follows in its script. */
export interface ExitOperation {
  readonly kind: 'exit';
}

/** One step of a process. */
export type Operation =
  | CpuOperation
  | IoOperation
  | LockOperation
  | UnlockOperation
  | ForkOperation
  | WaitOperation
  | YieldOperation
  | ExitOperation;

/** A process to run. */
export interface ProcessSpec {
  /** What it is called in results and charts; no two are alike. */
  readonly name: string;
  /**
   * The tick it arrives at; a forked one arrives when it is forked.
   *
   * @defaultValue 0
   */
  readonly arrival?: number | undefined;
  /** What it does, in order; at least one operation. It exits after the last, which takes a core. */
  readonly script: readonly Operation[];
  /**
   * For `priority`: by default the smaller number goes first.
   *
   * @defaultValue 0
   */
  readonly priority?: number | undefined;
  /**
   * For `cfs` and `eevdf`: from -20, the most, to 19, the least; each step is worth about a quarter.
   *
   * @defaultValue 0
   */
  readonly nice?: number | undefined;
  /**
   * For `lottery` and `stride`: its share of the cores.
   *
   * @defaultValue 1
   */
  readonly tickets?: number | undefined;
  /** For `edf`: ticks from arrival until it must have ended. @defaultValue `period`, if there is one */
  readonly deadline?: number | undefined;
  /** For `rateMonotonic`: ticks from one release to the next of its task. */
  readonly period?: number | undefined;
  /** The cores it may run on. @defaultValue all */
  readonly affinity?: readonly number[] | undefined;
  /**
   * Units of the machine's memory that it holds from arrival to exit.
   *
   * @defaultValue 0
   */
  readonly memory?: number | undefined;
  /**
   * Units of a core's cache that it wants, where the machine has one.
   *
   * @defaultValue `memory`
   */
  readonly workingSet?: number | undefined;
  /**
   * Whether orphans among its descendants come to it, with `reparent: 'subreaper'`.
   *
   * @defaultValue false
   */
  readonly subreaper?: boolean | undefined;
}

/** A process spec after checking: complete, and cut off from the caller's objects. */
export interface ResolvedProcess {
  readonly name: string;
  readonly arrival: number;
  readonly script: readonly ResolvedOperation[];
  readonly priority: number;
  readonly nice: number;
  readonly tickets: number;
  readonly deadline: number | undefined;
  readonly period: number | undefined;
  readonly affinity: readonly number[] | undefined;
  readonly memory: number;
  readonly workingSet: number;
  readonly subreaper: boolean;
}

/** An operation after checking: a fork's child is resolved too. */
export type ResolvedOperation =
  | Exclude<Operation, ForkOperation>
  | { readonly kind: 'fork'; readonly child: ResolvedProcess };

/**
 * A stretch of computing.
 *
 * @param ticks - ticks of a core, a non-negative integer
 * @throws {@link InvalidInputError} for anything else
 */
export function cpu(ticks: number): CpuOperation {
  return { kind: 'cpu', ticks: requireInteger('cpu(ticks)', ticks, 0) };
}

/**
 * A request to a device, for which the process blocks.
 *
 * @param ticks - ticks until the device answers, a non-negative integer
 * @param device - the device's name; `'io'` if omitted
 * @throws {@link InvalidInputError} for any other ticks, or an empty name
 */
export function io(ticks: number, device = 'io'): IoOperation {
  return {
    kind: 'io',
    ticks: requireInteger('io(ticks)', ticks, 0),
    device: requireText('io(device)', device),
  };
}

/** Takes the lock `name`, or blocks until it is handed over. Not recursive. */
export function lock(name: string): LockOperation {
  return { kind: 'lock', name: requireText('lock(name)', name) };
}

/** Hands the lock `name` to the next. What is still held at exit is handed over then. */
export function unlock(name: string): UnlockOperation {
  return { kind: 'unlock', name: requireText('unlock(name)', name) };
}

/** Starts a child, which arrives now; its name must be nobody else's in the workload. */
export function fork(child: ProcessSpec): ForkOperation {
  requireObject('fork(child)', child, 'a process: { name, script }');
  return { kind: 'fork', child };
}

/** Waits for a child to end, or for any; a child that has ended already is taken at once. */
export function wait(child?: string): WaitOperation {
  return { kind: 'wait', child: child === undefined ? undefined : requireText('wait(child)', child) };
}

/** Gives up the core, staying ready. Named so because `yield` is a word of the language. */
export function yieldCore(): YieldOperation {
  return { kind: 'yield' };
}

/** Ends the process before the end of its script. */
export function exit(): ExitOperation {
  return { kind: 'exit' };
}

const KINDS = "'cpu', 'io', 'lock', 'unlock', 'fork', 'wait', 'yield' or 'exit'";

/** What the checks of a whole workload share. */
interface Names {
  readonly fieldOf: Map<string, string>;
}

function resolveOperation(field: string, given: unknown, names: Names): ResolvedOperation {
  const operation = requireObject(field, given, 'an operation made by cpu(), io(), lock() and so on');
  switch (operation['kind']) {
    case 'cpu':
      return { kind: 'cpu', ticks: requireInteger(`${field}.ticks`, operation['ticks'], 0) };
    case 'io':
      return {
        kind: 'io',
        ticks: requireInteger(`${field}.ticks`, operation['ticks'], 0),
        device: requireText(`${field}.device`, operation['device'] ?? 'io'),
      };
    case 'lock':
    case 'unlock':
      return { kind: operation['kind'], name: requireText(`${field}.name`, operation['name']) };
    case 'fork':
      return { kind: 'fork', child: resolveProcess(`${field}.child`, operation['child'], names) };
    case 'wait': {
      const child = operation['child'];
      return {
        kind: 'wait',
        child: child === undefined || child === null ? undefined : requireText(`${field}.child`, child),
      };
    }
    case 'yield':
    case 'exit':
      return { kind: operation['kind'] };
    default:
      throw new InvalidInputError({ field: `${field}.kind`, value: operation['kind'], expected: KINDS });
  }
}

function resolveProcess(field: string, given: unknown, names: Names): ResolvedProcess {
  const spec = requireObject(field, given, 'a process: { name, arrival, script }');
  const name = requireText(`${field}.name`, spec['name']);
  const earlier = names.fieldOf.get(name);
  if (earlier !== undefined) {
    const expected = `a name that ${earlier} does not have already`;
    throw new InvalidInputError({ field: `${field}.name`, value: name, expected });
  }
  names.fieldOf.set(name, field);
  const steps = spec['script'];
  if (!Array.isArray(steps) || steps.length === 0) {
    const expected = 'an array of at least one operation';
    throw new InvalidInputError({ field: `${field}.script`, value: steps, expected });
  }
  const arrival = requireInteger(`${field}.arrival`, spec['arrival'] ?? 0, 0);
  const script = Array.from(steps, (step: unknown, i) =>
    resolveOperation(`${field}.script[${i}]`, step, names),
  );
  checkLocks(`${field}.script`, script);
  const total = script.reduce((sum, step) => sum + ('ticks' in step ? step.ticks : 0), arrival);
  requireInteger(`${field}: arrival and all ticks added up`, total, 0);
  const optional = (key: string, minimum: number): number | undefined =>
    spec[key] === undefined || spec[key] === null
      ? undefined
      : requireInteger(`${field}.${key}`, spec[key], minimum);
  const period = optional('period', 1);
  const memory = optional('memory', 0) ?? 0;
  return {
    name,
    arrival,
    script,
    priority: optional('priority', Number.MIN_SAFE_INTEGER) ?? 0,
    nice: requireNice(`${field}.nice`, spec['nice'] ?? 0),
    tickets: optional('tickets', 1) ?? 1,
    deadline: optional('deadline', 0) ?? period,
    period,
    affinity: resolveAffinity(`${field}.affinity`, spec['affinity']),
    memory,
    workingSet: optional('workingSet', 0) ?? memory,
    subreaper: requireBoolean(`${field}.subreaper`, spec['subreaper'] ?? false),
  };
}

/** A process that waits for itself would never go on: refused before anything runs. */
function checkLocks(field: string, script: readonly ResolvedOperation[]): void {
  const held = new Set<string>();
  for (const [index, step] of script.entries()) {
    if (step.kind === 'lock') {
      if (held.has(step.name)) {
        const expected = 'a lock that the process does not hold already: it would wait for itself';
        throw new InvalidInputError({ field: `${field}[${index}].name`, value: step.name, expected });
      }
      held.add(step.name);
    }
    if (step.kind === 'unlock' && !held.delete(step.name)) {
      const expected = 'a lock that the process holds at this point';
      throw new InvalidInputError({ field: `${field}[${index}].name`, value: step.name, expected });
    }
  }
}

function requireNice(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= -20 && value <= 19) return value;
  throw new InvalidInputError({ field, value, expected: 'an integer from -20 to 19' });
}

function resolveAffinity(field: string, value: unknown): readonly number[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length === 0) {
    const expected = 'an array of at least one core number: with none it could never run';
    throw new InvalidInputError({ field, value, expected });
  }
  return Array.from(value, (core: unknown, i) => requireInteger(`${field}[${i}]`, core, 0));
}

/** Checks a workload, which may come from JSON, and copies it. An empty one is fine. */
export function resolveWorkload(given: unknown): readonly ResolvedProcess[] {
  if (!Array.isArray(given)) {
    throw new InvalidInputError({ field: 'processes', value: given, expected: 'an array of processes' });
  }
  const names: Names = { fieldOf: new Map() };
  return Array.from(given, (spec: unknown, i) => resolveProcess(`processes[${i}]`, spec, names));
}
