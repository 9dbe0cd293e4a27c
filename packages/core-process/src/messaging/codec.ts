/**
 * Values as bytes: one byte that says how, then the value.
 *
 * | first byte | what follows                                                                       |
 * | ---------- | ---------------------------------------------------------------------------------- |
 * | `J`        | JSON, for small plain data: what JSON.parse gives is what structured clone gives    |
 * | `B`        | the bytes of a Buffer                                                              |
 * | `A`        | the bytes of a Buffer that stands alone in an array, as the one argument of a call   |
 * | `I`        | 32-bit whole numbers, of an array that {@link encodeList} was given                |
 * | `F`        | 64-bit floating-point numbers, likewise                                            |
 * | `V`        | the structured-clone algorithm, and handed-over objects (clone.ts)                  |
 *
 * JSON is some five times faster for a small message; a large one is better off with V8.
 */
import { ordinaryPayload } from '../os/large-memory.js';
import { decodeNow, decodeSync, encode, handoverKey, type SentHandovers } from './clone.js';

const JSON_TAG = 0x4a;
const BUFFER_TAG = 0x42;
const BUFFER_IN_ARRAY_TAG = 0x41;
const INTEGERS_TAG = 0x49;
const FLOATS_TAG = 0x46;
const CLONE_TAG = 0x56;

/** Objects and arrays, and values in all, that a small message may have. */
const MOST_CONTAINERS = 16;
const MOST_VALUES = 128;
const LONGEST_STRING = 4096;

/** Fewer are as quick as JSON. */
const MANY_NUMBERS = 16;

/** Gives bytes with so much room before that content. */
export type CreatePayload = (room: number, content: Uint8Array) => Buffer;

/**
 * @param room - bytes left free before the value, for a header of the caller
 * @param create - for what may be large; with it the caller has what it gave to release
 * @throws NotCloneableError with the path to the part that can't be sent
 */
export function encodeValue(
  value: unknown,
  path: string,
  room = 0,
  sent?: SentHandovers,
  create: CreatePayload = ordinaryPayload,
): Buffer {
  if (isSmallPlain(value)) {
    const text = JSON.stringify(value);
    const bytes = Buffer.allocUnsafe(room + 1 + Buffer.byteLength(text));
    bytes[room] = JSON_TAG;
    bytes.write(text, room + 1);
    return bytes;
  }
  if (Buffer.isBuffer(value)) return withTag(BUFFER_TAG, value, room, create);
  if (isArrayOfOne(value) && Buffer.isBuffer(value[0])) {
    return withTag(BUFFER_IN_ARRAY_TAG, value[0], room, create);
  }
  return withTag(CLONE_TAG, encode(value, path, sent), room, create);
}

/**
 * The same for an array that this package has made itself: it has no properties but its items. Numbers, which is what
 * a map() often has, go as they lie in memory.
 */
export function encodeList(
  list: readonly unknown[],
  path: string,
  room = 0,
  sent?: SentHandovers,
  create: CreatePayload = ordinaryPayload,
): Buffer {
  const numbers =
    list.length < MANY_NUMBERS
      ? undefined
      : (asNumbers(list, new Int32Array(list.length)) ?? asNumbers(list, new Float64Array(list.length)));
  if (numbers === undefined) return encodeValue(list, path, room, sent, create);
  const tag = numbers instanceof Int32Array ? INTEGERS_TAG : FLOATS_TAG;
  return withTag(tag, new Uint8Array(numbers.buffer), room, create);
}

/** Gives a promise only where an object is built again by a module of its own. */
export function decodeValue(bytes: Buffer, offset = 0): unknown {
  return decodeWith(decodeNow, bytes, offset);
}

/** Never gives one: the module is loaded at once. */
export function decodeValueSync(bytes: Buffer): unknown {
  return decodeWith(decodeSync, bytes, 0);
}

function decodeWith(decodeClone: (rest: Buffer) => unknown, bytes: Buffer, offset: number): unknown {
  const tag = bytes[offset];
  if (tag === JSON_TAG) return JSON.parse(bytes.toString('utf8', offset + 1));
  const rest = bytes.subarray(offset + 1);
  if (tag === BUFFER_TAG) return rest;
  if (tag === BUFFER_IN_ARRAY_TAG) return [rest];
  // Copied to where numbers may lie.
  if (tag === INTEGERS_TAG) return [...new Int32Array(Uint8Array.from(rest).buffer)];
  if (tag === FLOATS_TAG) return [...new Float64Array(Uint8Array.from(rest).buffer)];
  return decodeClone(rest);
}

/** The list in an array of numbers; undefined where something in it would not be the same there. */
function asNumbers<N extends Int32Array | Float64Array>(list: readonly unknown[], numbers: N): N | undefined {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'number') return undefined;
    numbers[index] = item;
    if (!Object.is(numbers[index], item)) return undefined;
  }
  return numbers;
}

function withTag(tag: number, content: Uint8Array, room: number, create: CreatePayload): Buffer {
  const bytes = create(room + 1, content);
  bytes[room] = tag;
  return bytes;
}

function isArrayOfOne(value: unknown): value is [unknown] {
  return Array.isArray(value) && value.length === 1 && Object.keys(value).length === 1;
}

// One walk at a time: it calls nothing but getters.
const containers: object[] = [];
let values = 0;

function isSmallPlain(value: unknown): boolean {
  values = 0;
  const answer = isPlain(value);
  // Nothing is kept alive by having been looked at.
  containers.length = 0;
  return answer;
}

function isPlain(value: unknown): boolean {
  if (++values > MOST_VALUES) return false;
  if (typeof value === 'object') return value === null || isPlainContainer(value);
  if (typeof value === 'string') return value.length <= LONGEST_STRING;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'boolean';
}

function isPlainContainer(value: object): boolean {
  // An object that stands twice in a message is one object over there, too: JSON would make it two.
  if (containers.length === MOST_CONTAINERS || containers.includes(value)) return false;
  containers.push(value);
  if (Array.isArray(value)) {
    // Holes and further properties are V8's business.
    if (Object.keys(value).length !== value.length) return false;
    for (const part of value) if (!isPlain(part)) return false;
    return Object.getPrototypeOf(value) === Array.prototype;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value || handoverKey in value) {
    return false;
  }
  // Much quicker than Object.keys(), and with this prototype the same.
  for (const name in value) {
    if (!isPlain((value as Record<string, unknown>)[name])) return false;
  }
  return true;
}
