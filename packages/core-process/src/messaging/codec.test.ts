import { describe, expect, it } from 'vitest';
import { decodeValue, encodeList, encodeValue } from './codec.js';

const shared = { x: 1 };
const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

const values: unknown[] = [
  undefined,
  null,
  true,
  0,
  -0,
  1.5,
  Number.NaN,
  -Infinity,
  10n ** 20n,
  '',
  'ünï\u{1f600}',
  '\ud800',
  'x'.repeat(10_000),
  [],
  {},
  [1, [2, [3, [null]]]],
  { a: { b: { c: 'd' } } },
  { a: undefined },
  [undefined],
  // oxlint-disable-next-line no-sparse-arrays
  [1, , 3],
  Array.from({ length: 1000 }, (_, index) => index),
  { __proto__: null, a: 1 },
  JSON.parse('{ "__proto__": 1 }'),
  { toJSON: 'a field' },
  Object.assign([1], { extra: 2 }),
  new Date(3),
  new Map([['a', new Set([1])]]),
  new RangeError('an error'),
  Buffer.from('a buffer'),
  Buffer.alloc(0),
  [Buffer.from('alone')],
  [Buffer.from('two'), Buffer.from('of them')],
  { nested: Buffer.from('inside') },
  new Uint8Array([1, 2]),
  new Float64Array([1, -0, Number.NaN]),
  [shared, shared],
  cycle,
];

describe('a value that was encoded and decoded', () => {
  it.each(values.map((value, index) => [index, value] as const))(
    'is what structured clone gives: %i',
    (_, value) => {
      for (const room of [0, 13]) {
        const back = decodeValue(encodeValue(value, 'value', room), room);
        const expected = Buffer.isBuffer(value) ? Buffer.from(value) : structuredCloneWithBuffers(value);
        expect(back).toStrictEqual(expected);
      }
    },
  );

  it('keeps what is one object as one, and minus zero as it is', () => {
    const [one, other] = decodeValue(encodeValue([shared, shared], 'value')) as object[];
    expect(one).toBe(other);
    expect(decodeValue(encodeValue(-0, 'value'))).toBe(-0);
  });

  it('is independent of the original', () => {
    const original = Buffer.from('before');
    const bytes = encodeValue(original, 'value');
    original.fill('x');
    expect(String(decodeValue(bytes))).toBe('before');
  });
});

describe('a list that was encoded and decoded', () => {
  const integers = Array.from({ length: 100 }, (_, index) => index * 1e7 - 5e8);
  it.each<readonly unknown[]>(
    [
      [],
      [1],
      integers,
      [...integers, 2 ** 31],
      [...integers, -0, Number.NaN, Infinity, 0.1, Number.MIN_VALUE],
      [...integers, 'text'],
      // oxlint-disable-next-line no-sparse-arrays
      [...integers, , 1],
      [...integers, undefined],
      [...integers, 1n],
    ].map((list) => [list]),
  )('is the same: %#', (list) => {
    for (const room of [0, 10]) {
      expect(decodeValue(encodeList(list as unknown[], 'items', room), room)).toStrictEqual(list);
    }
  });
});

/** structuredClone() makes plain arrays of bytes of Node's buffers; what is sent keeps them. */
function structuredCloneWithBuffers(value: unknown): unknown {
  const clone: unknown = structuredClone(value);
  if (Array.isArray(value) && value.some((part) => Buffer.isBuffer(part)))
    return value.map((part: Buffer) => Buffer.from(part));
  if (typeof value === 'object' && value !== null && 'nested' in value) {
    return { nested: Buffer.from(value.nested as Buffer) };
  }
  return clone;
}
