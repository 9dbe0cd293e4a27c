/**
 * What libuv has taken off its loop and is working through: the head of such a list is on the C stack of the main
 * thread, and nothing else leads to it. It is found by its members, which know their loop.
 *
 * Where a list goes through what it holds, in bytes, for all versions 1.x of libuv:
 *
 * | list                           | of         | the list | the loop | the type |
 * | ------------------------------ | ---------- | -------- | -------- | -------- |
 * | work that was done             | uv__work   | 24       | 16       |          |
 * | watchers that are called early | uv_stream  | 144      | 8        | 16       |
 * |                                | uv_udp     | 136      | 8        | 16       |
 */
import { readFileSync } from 'node:fs';
import { libC, type LibC } from './ffi.js';

interface Member {
  readonly list: number;
  readonly loop: number;
  readonly type?: number;
  readonly types?: readonly number[];
}

const MEMBERS: readonly Member[] = [
  { list: 24, loop: 16 },
  { list: 144, loop: 8, type: 16, types: [7, 12, 14] },
  { list: 136, loop: 8, type: 16, types: [15] },
];

const WORD_BYTES = 8;

/** A stretch of memory that can be read, from its first address to behind its last. */
interface Mapping {
  readonly first: number;
  readonly end: number;
  readonly name: string;
  /** Halves of words. */
  readonly halves: Uint32Array;
}

/** @param loop - its address */
export function ringsOnStack(loop: bigint): bigint[] {
  const mappings = writableMappings();
  const stack = mappings.find(({ name }) => name === '[stack]');
  if (stack === undefined) throw new Error('The stack is not among the mappings of this process.');
  const wordAt = (address: number) => {
    const mapping = mappings.find(({ first, end }) => address >= first && address < end);
    return mapping === undefined ? 0 : wordIn(mapping, address);
  };
  const isMember = (node: number) =>
    MEMBERS.some(
      ({ list, loop: loopAt, type, types }) =>
        wordAt(node - list + loopAt) === Number(loop) &&
        (type === undefined || types?.includes(wordAt(node - list + type) % 2 ** 32) === true),
    );
  const heads: bigint[] = [];
  for (let head = stack.first; head < stack.end - WORD_BYTES; head += WORD_BYTES) {
    const next = wordIn(stack, head);
    if (next === 0 || next % WORD_BYTES !== 0 || next === head) continue;
    if (wordAt(next + WORD_BYTES) === head && isMember(next)) heads.push(BigInt(head));
  }
  return heads;
}

function wordIn({ first, halves }: Mapping, address: number): number {
  const index = (address - first) / 4;
  return (halves[index] as number) + (halves[index + 1] as number) * 2 ** 32;
}

/** @see proc_pid_maps(5) */
function writableMappings(): Mapping[] {
  const { koffi } = libC() as LibC;
  return readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .filter((line) => line.includes(' rw-p '))
    .map((line) => {
      const [addresses = '', , , , , name = ''] = line.split(/\s+/);
      const [first = 0, end = 0] = addresses.split('-').map((address) => Number.parseInt(address, 16));
      return { first, end, name, halves: new Uint32Array(koffi.view(BigInt(first), end - first)) };
    });
}
