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
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

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
/** As far before the list as a member is read, and as far behind its beginning. */
const [BEFORE, BEHIND] = [144, 16];

const WORD_BYTES = 8;

/** A stretch of memory, from its first address to behind its last. */
interface Mapping {
  readonly first: number;
  readonly end: number;
  readonly name: string;
}

/** @param loop - its address */
export function ringsOnStack(loop: bigint): bigint[] {
  const mappings = writableMappings();
  const stack = mappings.find(({ name }) => name === '[stack]');
  if (stack === undefined) throw new Error('The stack is not among the mappings of this process.');
  // Not in place: what is collected as garbage meanwhile may be unmapped.
  const memory = openSync('/proc/self/mem', 'r');
  try {
    const top = Math.max(stack.first, stackPointer());
    const words = new DataView(new ArrayBuffer(stack.end - top));
    readSync(memory, words, 0, words.byteLength, top);
    const member = new DataView(new ArrayBuffer(BEFORE + BEHIND));
    const isPointer = (word: number) =>
      word % WORD_BYTES === 0 && mappings.some(({ first, end }) => word >= first && word < end);
    const heads: bigint[] = [];
    for (let at = 0; at + BEHIND <= words.byteLength; at += WORD_BYTES) {
      const head = top + at;
      const next = wordAt(words, at);
      if (next === head || !isPointer(next) || !isPointer(wordAt(words, at + WORD_BYTES))) continue;
      if (readsWhole(memory, member, next - BEFORE) && isMember(member, head, Number(loop)))
        heads.push(BigInt(head));
    }
    return heads;
  } finally {
    closeSync(memory);
  }
}

/** @param member - what lies around its place in the list */
function isMember(member: DataView, head: number, loop: number): boolean {
  if (wordAt(member, BEFORE + WORD_BYTES) !== head) return false;
  return MEMBERS.some(({ list, loop: loopAt, type, types }) => {
    const at = BEFORE - list;
    if (wordAt(member, at + loopAt) !== loop) return false;
    return type === undefined || types?.includes(member.getUint32(at + type, true)) === true;
  });
}

/** Exact for addresses, which have 48 bits. */
function wordAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function readsWhole(memory: number, into: DataView, position: number): boolean {
  try {
    return readSync(memory, into, 0, into.byteLength, position) === into.byteLength;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return false;
    throw error;
  }
}

/** Where the stack of this thread has come to, in the kernel's words; 0 where it does not say. @see proc_pid_syscall(5) */
function stackPointer(): number {
  try {
    const [pointer = ''] = readFileSync('/proc/self/syscall', 'latin1').split(' ').slice(-2);
    return Number(pointer);
  } catch (error) {
    // A kernel without it: all of the stack is looked at then, which takes longer.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** @see proc_pid_maps(5) */
function writableMappings(): Mapping[] {
  return readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .filter((line) => line.includes(' rw-p '))
    .map((line) => {
      const [addresses = '', , , , , name = ''] = line.split(/\s+/);
      const [first = 0, end = 0] = addresses.split('-').map((address) => Number.parseInt(address, 16));
      return { first, end, name };
    });
}
