/** Types of elements in shared memory: by name in the interface, by number in a file. */
import { InvalidOptionError } from './errors.js';
import { inspect } from './platform/lazy-builtins.js';

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Name of a type of elements. */
export type ElementType = keyof typeof ARRAYS;
/** The typed array of that type. */
export type ArrayOf<T extends ElementType> = InstanceType<(typeof ARRAYS)[T]>;
/** What one element is in JavaScript. */
export type ElementOf<T extends ElementType> = T extends 'int64' | 'uint64' ? bigint : number;
/** Types that `Atomics` works on. */
export type IntegerType = Exclude<ElementType, 'float32' | 'float64'>;

// The numbers are in files: new types are added at the end.
const NAMES = Object.keys(ARRAYS) as ElementType[];

export function resolveElementType(type: ElementType): ElementType {
  if (NAMES.includes(type)) return type;
  throw new InvalidOptionError('type', `The type must be one of ${NAMES.join(', ')}, not ${inspect(type)}.`);
}

/** The number that stands for the type in a file. */
export function numberOfType(type: ElementType): number {
  return NAMES.indexOf(type) + 1;
}

/** For messages: what a file says, whatever it says. */
export function typeOfNumber(number: number): string {
  return NAMES[number - 1] ?? `type ${number}`;
}

export function bytesOf(type: ElementType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

export function arrayOn<T extends ElementType>(type: T, buffer: ArrayBuffer): ArrayOf<T> {
  return new ARRAYS[type](buffer) as ArrayOf<T>;
}
