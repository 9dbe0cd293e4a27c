/** What a page asks for, checked: a request that passes can be carried out. */
import type { IncomingMessage } from 'node:http';
import { strategies } from 'ticket-demo';
import { experiments } from '../experiments/index.js';
import { LabRequestError } from './lab-errors.js';
import {
  type JobRequest,
  LIMITS,
  type RealProcess,
  RESIDENT_KINDS,
  RESIDENT_SIGNALS,
  type ResidentKind,
  type ResidentSignal,
} from './protocol.js';

const MOST_BYTES = 64 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** @throws LabRequestError 400, 413, 415 */
export async function readBody(request: IncomingMessage): Promise<Fields> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new LabRequestError(415, 'ERR_LAB_BAD_REQUEST', 'Send JSON, and say so in content-type.');
  }
  let text = '';
  request.setEncoding('utf8');
  for await (const piece of request) {
    text += piece as string;
    if (text.length > MOST_BYTES) {
      throw new LabRequestError(413, 'ERR_LAB_BAD_REQUEST', `A request has ${MOST_BYTES} bytes at most.`);
    }
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields;
  } catch {
    // Told below, like what is JSON but no object.
  }
  throw bad('body', 'a JSON object');
}

function bad(field: string, expected: string): LabRequestError {
  return new LabRequestError(400, 'ERR_LAB_BAD_REQUEST', `${field}: give ${expected}.`);
}

function integer(field: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw bad(field, `a whole number from ${least} to ${most}`);
}

function oneOf<T extends string>(field: string, value: unknown, all: readonly T[]): T {
  if (all.includes(value as T)) return value as T;
  throw bad(field, `one of ${all.join(', ')}`);
}

function list(field: string, value: unknown, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= most) return value as unknown[];
  throw bad(field, `a list of 1 to ${most}`);
}

/** @throws LabRequestError 400 naming the field */
export function readJobRequest(body: Fields): JobRequest {
  const kind = oneOf('kind', body['kind'], ['experiment', 'sale', 'model'] as const);
  switch (kind) {
    case 'experiment':
      return {
        kind,
        id: oneOf(
          'id',
          body['id'],
          experiments.map(({ id }) => id),
        ),
      };
    case 'sale': {
      const names = strategies.map(({ name }) => name);
      const [shortest, longest] = list('think', body['think'], 2);
      const least = integer('think[0]', shortest, 0, LIMITS.thinkMs);
      const buyers = integer('buyers', body['buyers'], 1, LIMITS.buyers);
      return {
        kind,
        strategies: [
          ...new Set(
            list('strategies', body['strategies'], names.length).map((name) =>
              oneOf('strategies', name, names),
            ),
          ),
        ],
        buyers,
        tickets: integer('tickets', body['tickets'], 0, LIMITS.tickets),
        think: [least, integer('think[1]', longest, least, LIMITS.thinkMs)],
        kill: integer('kill', body['kill'], 0, buyers),
        seed: integer('seed', body['seed'], 0, 2 ** 31 - 1),
      };
    }
    case 'model':
      return {
        kind,
        processes: list('processes', body['processes'], LIMITS.realProcesses).map((given, index) =>
          readRealProcess(`processes[${index}]`, given),
        ),
      };
    default:
      return kind satisfies never;
  }
}

function readRealProcess(field: string, given: unknown): RealProcess {
  const { name, steps } = (given ?? {}) as Fields;
  if (typeof name !== 'string' || name === '' || name.length > 40) throw bad(`${field}.name`, 'a name');
  const checked = list(`${field}.steps`, steps, LIMITS.stepsEach).map((step, index) =>
    integer(`${field}.steps[${index}]`, step, 1, LIMITS.stepMs),
  );
  return { name, steps: checked };
}

export function readResidentRequest(body: Fields): { kind: ResidentKind; count: number } {
  return {
    kind: oneOf('kind', body['kind'], RESIDENT_KINDS),
    count: integer('count', body['count'], 1, LIMITS.residents),
  };
}

export function readSignalRequest(body: Fields): { pid: number; signal: ResidentSignal } {
  return {
    pid: integer('pid', body['pid'], 1, 2 ** 31 - 1),
    signal: oneOf('signal', body['signal'], RESIDENT_SIGNALS),
  };
}
