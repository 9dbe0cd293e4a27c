// What is to be run: processes, each a script of operations. The script says what a process asks for;
// when it gets it is the policy's and the machine's affair.

import { InvalidInputError } from './errors.js';
import { requireInteger, requireObject, requireText } from './validate.js';

/** Needs a core for `ticks` ticks, in one stretch or several. */
export interface CpuOperation {
  readonly kind: 'cpu';
  /** Ticks of a core; 0 is allowed and takes a turn of no length. */
  readonly ticks: number;
}

/** Waits `ticks` ticks for a device, without a core. Issued by the running process, at no cost. */
export interface IoOperation {
  readonly kind: 'io';
  /** Ticks until the device answers. */
  readonly ticks: number;
  /** The device's name. Devices serve any number of requests at once in this version. */
  readonly device: string;
}

/** One step of a process. */
export type Operation = CpuOperation | IoOperation;

/** A process to run. */
export interface ProcessSpec {
  /** What it is called in results and charts; no two are alike. */
  readonly name: string;
  /**
   * The tick it arrives at.
   *
   * @defaultValue 0
   */
  readonly arrival?: number | undefined;
  /** What it does, in order; at least one operation. It exits after the last, which takes a core. */
  readonly script: readonly Operation[];
}

/** A process spec after checking: complete, and cut off from the caller's objects. */
export interface ResolvedProcess {
  readonly name: string;
  readonly arrival: number;
  readonly script: readonly Operation[];
}

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

function resolveOperation(field: string, given: unknown): Operation {
  const operation = requireObject(field, given, 'an operation made by cpu() or io()');
  switch (operation['kind']) {
    case 'cpu':
      return { kind: 'cpu', ticks: requireInteger(`${field}.ticks`, operation['ticks'], 0) };
    case 'io':
      return {
        kind: 'io',
        ticks: requireInteger(`${field}.ticks`, operation['ticks'], 0),
        device: requireText(`${field}.device`, operation['device'] ?? 'io'),
      };
    default:
      throw new InvalidInputError({
        field: `${field}.kind`,
        value: operation['kind'],
        expected: "'cpu' or 'io'",
      });
  }
}

function resolveProcess(field: string, given: unknown): ResolvedProcess {
  const spec = requireObject(field, given, 'a process: { name, arrival, script }');
  const script = spec['script'];
  if (!Array.isArray(script) || script.length === 0) {
    throw new InvalidInputError({
      field: `${field}.script`,
      value: script,
      expected: 'an array of at least one operation',
    });
  }
  const resolved = {
    name: requireText(`${field}.name`, spec['name']),
    arrival: requireInteger(`${field}.arrival`, spec['arrival'] ?? 0, 0),
    script: Array.from(script, (step: unknown, i) => resolveOperation(`${field}.script[${i}]`, step)),
  };
  const total = resolved.script.reduce((sum, operation) => sum + operation.ticks, resolved.arrival);
  requireInteger(`${field}: arrival and all ticks added up`, total, 0);
  return resolved;
}

/** Checks a workload, which may come from JSON, and copies it. An empty one is fine. */
export function resolveWorkload(given: unknown): readonly ResolvedProcess[] {
  if (!Array.isArray(given)) {
    throw new InvalidInputError({ field: 'processes', value: given, expected: 'an array of processes' });
  }
  const firstWithName = new Map<string, number>();
  return Array.from(given, (spec: unknown, i) => {
    const process = resolveProcess(`processes[${i}]`, spec);
    const earlier = firstWithName.get(process.name);
    if (earlier !== undefined) {
      throw new InvalidInputError({
        field: `processes[${i}].name`,
        value: process.name,
        expected: `a name that processes[${earlier}] does not have already`,
      });
    }
    firstWithName.set(process.name, i);
    return process;
  });
}
