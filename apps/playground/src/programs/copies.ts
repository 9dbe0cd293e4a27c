/**
 * What a true copy of a process has, and shares: run in a Node that can be copied (see {@link COPYABLE}).
 *
 * Each function starts the child itself, since the original is not the playground's own process but this one.
 */
import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { Process } from 'core-process';
import { SharedMemory } from 'ipc-lock';

let n = 100;

/** What a process finds: a variable, a line of its environment, and what is open under a number. */
export interface Found {
  readonly n: number;
  readonly line: string | undefined;
  readonly file: string | undefined;
}

export function lookAround(fd: number): Found {
  return { n, line: process.env['TICKET_OFFICE'], file: openFile(fd) };
}

function openFile(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Changes all three, then starts a child by that method, which looks. */
export async function changeAndStart(
  method: 'fork' | 'spawn',
  file: string,
): Promise<{ readonly parent: Found; readonly child: Found }> {
  n = 55;
  process.env['TICKET_OFFICE'] = 'window 3';
  const fd = openSync(file, 'w');
  try {
    const target = method === 'fork' ? () => lookAround(fd) : lookAround;
    const child = new Process<[number], Found>({ target, args: [fd], startMethod: method }).start();
    return { parent: lookAround(fd), child: await child.result };
  } finally {
    closeSync(fd);
  }
}

/** The first bytes at an address, as each process reads them from its own memory. */
export interface SameAddress {
  /** Hexadecimal. */
  readonly address: string;
  readonly inParent: number;
  readonly inChild: number;
}

/** The child writes where the parent has written, and both read their memory at that address. */
export async function writeAtSameAddress(kind: 'private' | 'shared'): Promise<SameAddress> {
  const shared = kind === 'shared' ? new SharedMemory(4096) : undefined;
  const memory = shared === undefined ? Buffer.alloc(4096) : Buffer.from(shared.buffer);
  const address = addressOf(memory);
  memory[0] = 1;
  const child = new Process<[], number>({
    startMethod: 'fork',
    target: () => {
      memory[0] = 2;
      return byteAt(address);
    },
  }).start();
  const inChild = await child.result;
  await child.join();
  const inParent = byteAt(address);
  shared?.close();
  return { address: `0x${address.toString(16)}`, inParent, inChild };
}

/** Where these bytes lie: found by what is in them, in all memory that can be written. */
function addressOf(memory: Buffer): bigint {
  const mark = randomFillSync(Buffer.alloc(32));
  memory.set(mark);
  const found = writableRegions().flatMap(([from, to]) => placesOf(mark, from, to));
  // What was read in order to look holds the mark as well: only the memory itself changes with it.
  const isIt = (address: bigint) => {
    memory[0] = 1;
    const first = byteAt(address);
    memory[0] = 2;
    return first === 1 && byteAt(address) === 2;
  };
  const address = found.find(isIt);
  if (address === undefined) throw new Error('The memory was not found in /proc/self/maps.');
  return address;
}

/** @see proc_pid_maps(5) */
function writableRegions(): (readonly [bigint, bigint])[] {
  return readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .flatMap((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      return from === undefined ? [] : [[BigInt(`0x${from}`), BigInt(`0x${to}`)] as const];
    });
}

const CHUNK_BYTES = 1 << 20;

function placesOf(mark: Buffer, from: bigint, to: bigint): bigint[] {
  const places: bigint[] = [];
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = from; at < to; at += BigInt(CHUNK_BYTES - mark.length)) {
    const length = Number(to - at < BigInt(CHUNK_BYTES) ? to - at : BigInt(CHUNK_BYTES));
    const bytes = chunk.subarray(0, readMemory(at, chunk, length));
    for (let place = bytes.indexOf(mark); place >= 0; place = bytes.indexOf(mark, place + 1)) {
      places.push(at + BigInt(place));
    }
  }
  return places;
}

function byteAt(address: bigint): number {
  const byte = Buffer.alloc(1);
  readMemory(address, byte, 1);
  return byte[0] as number;
}

/** @returns bytes read; 0 where the kernel lets nobody look */
function readMemory(address: bigint, into: Buffer, length: number): number {
  const fd = openSync('/proc/self/mem', 'r');
  try {
    return readSync(fd, into, 0, length, address);
  } catch (error) {
    if (!['EIO', 'EFAULT', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return 0;
  } finally {
    closeSync(fd);
  }
}

/** Bytes that are a child's alone, before and after it has written to a table. */
export interface PrivateBytes {
  readonly table: number;
  readonly before: number;
  readonly after: number;
}

/** A table is there before the child is; or the child, started afresh, makes one itself. */
export async function sharePages(method: 'fork' | 'spawn', table: number): Promise<PrivateBytes> {
  const original = Buffer.alloc(table, 1);
  const target = method === 'fork' ? () => writeAll(original) : makeAndWrite;
  const child = new Process<[number], PrivateBytes>({ target, args: [table], startMethod: method }).start();
  const found = await child.result;
  await child.join();
  return original[0] === 1 ? found : { ...found, before: Number.NaN };
}

export function makeAndWrite(table: number): PrivateBytes {
  return writeAll(Buffer.alloc(table, 1));
}

function writeAll(table: Buffer): PrivateBytes {
  const before = privateBytes();
  table.fill(2);
  return { table: table.length, before, after: privateBytes() };
}

/** @see the kernel's Documentation/filesystems/proc.rst, smaps_rollup */
function privateBytes(): number {
  const rollup = readFileSync('/proc/self/smaps_rollup', 'latin1');
  const kilobytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, size]) => Number(size));
  return 1024 * kilobytes.reduce((sum, size) => sum + size, 0);
}
