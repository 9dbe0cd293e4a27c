/**
 * What a pool and its workers say to each other. Every message begins with a byte for its kind.
 *
 * | to the worker | fields                                            |
 * | ------------- | ------------------------------------------------- |
 * | `function`    | index u32, reference as JSON                      |
 * | `task`        | id u32, function index u32, shape u8, value       |
 * | `cancel`      | id u32, reason (a thrown record)                  |
 * | `credit`      | id u32                                            |
 * | `close`       | none: end when all tasks have been answered       |
 *
 * | from it       | fields                                            |
 * | ------------- | ------------------------------------------------- |
 * | `ready`       | none                                              |
 * | `not-ready`   | what the initializer threw                        |
 * | `started`     | id u32                                            |
 * | `returned`    | id u32, next id u32, milliseconds f32, value      |
 * | `threw`       | the same, {@link Failure}                         |
 * | `progress`    | id u32, value                                     |
 * | `yielded`     | id u32, value                                     |
 * | `retire`      | none: it has grown too large and takes no more    |
 * | `ring`        | none: all that follows comes through the rings    |
 *
 * A worker runs its tasks in the order in which they came, one at a time, and says which one begins before it
 * touches it: by `started`, or in the answer to the one before. So when it dies its pool knows which task it
 * ran, and that no later one had begun.
 */
import { deserialize, serialize } from 'node:v8';
import type { SentHandovers } from '../messaging/clone.js';
import { encodeList, encodeValue } from '../messaging/codec.js';
import type { ThrownRecord } from '../messaging/error-record.js';
import type { Offer } from '../messaging/rendezvous.js';
import { createPayload } from '../os/large-memory.js';
import type { TargetReference } from '../target/reference.js';

export const ToWorker = { function: 1, task: 2, cancel: 3, credit: 4, close: 5 } as const;
export const FromWorker = {
  ready: 1,
  notReady: 2,
  started: 3,
  returned: 4,
  threw: 5,
  progress: 6,
  yielded: 7,
  retire: 8,
  ring: 9,
} as const;

/** How the value of a task is to be understood. */
export const Shape = {
  /** Arguments of one call. */
  call: 0,
  /** One argument for each call. */
  items: 1,
  /** A list of arguments for each call. */
  argumentLists: 2,
  /** Arguments of one call to a generator. */
  generator: 3,
} as const;
export type Shape = (typeof Shape)[keyof typeof Shape];

/** Beside the shape: the pool waits for the word that it has begun, since its clock starts then. */
const TIMED = 0x80;

/** Arguments of the worker's program. */
export interface WorkerBoot {
  readonly offer: Offer;
  readonly initializer: TargetReference | undefined;
  readonly initializerArgs: readonly unknown[];
  /** Memory for rings, as {@link openSharedPages} finds it; it may prove not to be there. */
  readonly ring: string | undefined;
  /** Bytes of resident memory. */
  readonly maxMemory: number | undefined;
}

/** What a failed task leaves: the error, and of several calls the results before it. */
export interface Failure {
  readonly thrown: ThrownRecord;
  /** An encoded array. */
  readonly before: Uint8Array | undefined;
}

export const ID_AT = 1;
export const TASK_HEADER_BYTES = 10;
export const ANSWER_HEADER_BYTES = 13;
/** Kind and id. */
export const SHORT_HEADER_BYTES = 5;

/** To be released when the task has settled. */
export function encodeTask(
  id: number,
  functionIndex: number,
  shape: Shape,
  value: unknown,
  path: string,
  isTimed: boolean,
  sent: SentHandovers,
): Buffer {
  // A list of items was made by map() itself; arguments are the caller's.
  const bytes =
    shape === Shape.items
      ? encodeList(value as unknown[], path, TASK_HEADER_BYTES, sent, createPayload)
      : encodeValue(value, path, TASK_HEADER_BYTES, sent, createPayload);
  bytes[0] = ToWorker.task;
  bytes.writeUInt32LE(id, ID_AT);
  bytes.writeUInt32LE(functionIndex, 5);
  bytes[9] = isTimed ? shape | TIMED : shape;
  return bytes;
}

export function readTask(bytes: Buffer) {
  const shape = bytes[9] as number;
  return {
    id: bytes.readUInt32LE(ID_AT),
    functionIndex: bytes.readUInt32LE(5),
    shape: (shape & ~TIMED) as Shape,
    isTimed: (shape & TIMED) !== 0,
  };
}

export function encodeFunction(index: number, reference: TargetReference): Buffer {
  return withHeader(ToWorker.function, index, Buffer.from(JSON.stringify(reference)));
}

export function readFunction(bytes: Buffer): { index: number; reference: TargetReference } {
  return {
    index: bytes.readUInt32LE(ID_AT),
    reference: JSON.parse(bytes.toString('utf8', SHORT_HEADER_BYTES)) as TargetReference,
  };
}

/** Kind and id, and nothing or a cloneable object behind it. */
export function encodeShort(kind: number, id: number, body?: object): Buffer {
  return withHeader(kind, id, body === undefined ? Buffer.alloc(0) : serialize(body));
}

export function readBody(bytes: Buffer, offset = SHORT_HEADER_BYTES): unknown {
  return deserialize(bytes.subarray(offset));
}

function withHeader(kind: number, id: number, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(SHORT_HEADER_BYTES + body.byteLength);
  bytes[0] = kind;
  bytes.writeUInt32LE(id, ID_AT);
  bytes.set(body, SHORT_HEADER_BYTES);
  return bytes;
}

/** Kind and id before a value that was encoded with {@link SHORT_HEADER_BYTES} of room. */
export function markValue(bytes: Buffer, kind: number, id: number): Buffer {
  bytes[0] = kind;
  bytes.writeUInt32LE(id, ID_AT);
  return bytes;
}

/** Fills the {@link ANSWER_HEADER_BYTES} of room before an answer. */
export function markAnswer(
  bytes: Buffer,
  kind: number,
  id: number,
  next: number,
  milliseconds: number,
): Buffer {
  bytes[0] = kind;
  bytes.writeUInt32LE(id, ID_AT);
  bytes.writeUInt32LE(next, 5);
  bytes.writeFloatLE(milliseconds, 9);
  return bytes;
}

export function encodeFailure(failure: Failure): Buffer {
  return Buffer.concat([Buffer.alloc(ANSWER_HEADER_BYTES), serialize(failure)]);
}

export function readAnswer(bytes: Buffer): { id: number; next: number; milliseconds: number } {
  return {
    id: bytes.readUInt32LE(ID_AT),
    next: bytes.readUInt32LE(5),
    milliseconds: bytes.readFloatLE(9),
  };
}
