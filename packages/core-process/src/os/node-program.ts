/**
 * Two changes to Node's own program in this process' memory, without which its copies would not work.
 *
 * | of Node                                         | is made                                                         |
 * | ----------------------------------------------- | --------------------------------------------------------------- |
 * | the platform's number of worker threads         | 0: V8 then does all its work itself, as a copy, which has none, must |
 * | its pointer to madvise(2), by which V8 keeps its heap out of copies | a pointer to a few instructions that leave out that one advice |
 *
 * Marking the heap right before each copy instead is a race: a page that V8 begins between the mark and the
 * copy is missing there, and one copy of some hundreds crashed by it.
 *
 * @see madvise(2), MADV_DONTFORK; elf(5); `OS::Allocate` in V8's platform-posix.cc
 */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { libC, type LibC, systemError } from './ffi.js';

const MADV_DONTFORK = 10;
const MADV_DOFORK = 11;
const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_FAILED = 2n ** 64n - 1n;

const WORKER_COUNT = '_ZN4node12NodePlatform21NumberOfWorkerThreadsEv';
const PLATFORM_TABLE = '_ZTVN4node12NodePlatformE';

/**
 * `madvise` less one advice, by the instructions of each architecture; the address of the real one follows.
 *
 * | x64             | arm64           |                                       |
 * | --------------- | --------------- | ------------------------------------- |
 * | cmp edx, 10     | cmp w2, #10     | MADV_DONTFORK is the third argument   |
 * | jne +3          | b.ne +12        |                                       |
 * | xor eax, eax    | mov w0, #0      | done, says the answer                 |
 * | ret             | ret             |                                       |
 * | mov rax, address | ldr x16, +8    | any other goes to the real one        |
 * | jmp rax         | br x16          |                                       |
 */
const FILTERS: Readonly<Record<string, (real: bigint) => Buffer>> = {
  x64: (real) =>
    Buffer.concat([
      Buffer.from([0x83, 0xfa, MADV_DONTFORK, 0x75, 0x03, 0x31, 0xc0, 0xc3, 0x48, 0xb8]),
      address(real),
      Buffer.from([0xff, 0xe0]),
    ]),
  arm64: (real) => {
    const code = Buffer.alloc(24);
    [0x7100285f, 0x54000061, 0x52800000, 0xd65f03c0, 0x58000050, 0xd61f0200].forEach((instruction, index) =>
      code.writeUInt32LE(instruction, index * 4),
    );
    return Buffer.concat([code, address(real)]);
  },
};

function address(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

interface Calls {
  readonly koffi: LibC['koffi'];
  readonly dlsym: (handle: null, name: string) => bigint;
  readonly dladdr: (address: bigint, info: BigUint64Array) => number;
  readonly getpagesize: () => number;
  readonly madvise: (address: number, bytes: number, advice: number) => number;
  readonly mprotect: (address: bigint, bytes: number, protection: number) => number;
  readonly mmap: (
    address: null,
    bytes: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ) => bigint;
}
let calls: Calls | undefined;

function bind(): Calls {
  if (calls !== undefined) return calls;
  const { koffi, library } = libC() as LibC;
  const dlsym = library.func('uintptr_t dlsym(void *, const char *)');
  calls = {
    koffi,
    dlsym: (handle: null, name: string) => BigInt(dlsym(handle, name) as number),
    dladdr: library.func('int dladdr(uintptr_t, _Out_ uint64_t *)'),
    getpagesize: library.func('int getpagesize()'),
    madvise: library.func('int madvise(uintptr_t, size_t, int)'),
    mprotect: library.func('int mprotect(uintptr_t, size_t, int)'),
    mmap: library.func('void *mmap(void *, size_t, int, int, int, int64_t)'),
  } as unknown as Calls;
  return calls;
}

/** Of what Node or a library of it exports; 0 when there is no such thing. */
export function addressOfSymbol(name: string): bigint {
  return bind().dlsym(null, name);
}

export function hasSymbol(name: string): boolean {
  return addressOfSymbol(name) !== 0n;
}

/** Why these changes can't be made to this Node; undefined when they can. */
export function whyNotChangeable(): string | undefined {
  if (FILTERS[process.arch] === undefined) return `it was never built for ${process.arch}.`;
  const missing = [WORKER_COUNT, PLATFORM_TABLE, 'uv_loop_fork', 'uv_default_loop'].find(
    (name) => !hasSymbol(name),
  );
  return missing === undefined ? undefined : `this Node does not export ${missing}.`;
}

/** A stretch of Node's data, and how it is protected. */
interface Data {
  readonly first: bigint;
  readonly words: number;
  readonly protection: number;
}

/** Replaces every word of that value. @returns how many there were */
function replaceWords({ first, words, protection }: Data, from: bigint, to: bigint): number {
  const { koffi, mprotect, getpagesize } = bind();
  const pageBytes = getpagesize();
  const memory = new BigUint64Array(koffi.view(first, words * 8));
  let replaced = 0;
  for (let index = memory.indexOf(from); index >= 0; index = memory.indexOf(from, index + 1)) {
    const place = first + BigInt(index) * 8n;
    const page = place - (place % BigInt(pageBytes));
    if (mprotect(page, pageBytes, PROT_READ | PROT_WRITE) !== 0) throw systemError('mprotect');
    memory[index] = to;
    if (mprotect(page, pageBytes, protection) !== 0) throw systemError('mprotect');
    replaced++;
  }
  return replaced;
}

/** More than any class of Node has. */
const WORDS_OF_A_CLASS = 64;

/** The flag `--single-threaded` alone leaves some collections posting tasks, for which the end of the event loop waits. */
export function haveNoWorkerThreads(): void {
  const { dlsym } = bind();
  // Takes one pointer, does nothing, gives 0, in every libc.
  const zero = dlsym(null, 'pthread_mutexattr_destroy');
  const table = { first: dlsym(null, PLATFORM_TABLE), words: WORDS_OF_A_CLASS, protection: PROT_READ };
  if (replaceWords(table, dlsym(null, WORKER_COUNT), zero) === 0) {
    throw new Error("Node's platform has no NumberOfWorkerThreads where it was looked for.");
  }
}

/** From now on copies have all that V8 maps, and all that it has mapped. */
export function keepHeapInCopies(): void {
  const { dlsym } = bind();
  const real = dlsym(null, 'madvise');
  const filter = placeCode((FILTERS[process.arch] as (real: bigint) => Buffer)(real));
  const replaced = dataOfNode().map((data) => replaceWords(data, real, filter));
  if (replaced.every((count) => count === 0))
    throw new Error("Node's pointer to madvise was not found in its data.");
  unmarkMappings();
}

/** @returns where it can be called */
export function placeCode(code: Buffer): bigint {
  const { koffi, mmap, mprotect, getpagesize } = bind();
  const bytes = getpagesize();
  const page = BigInt.asUintN(64, mmap(null, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0));
  if (page === MAP_FAILED) throw systemError('mmap');
  code.copy(new Uint8Array(koffi.view(page, code.byteLength)));
  if (mprotect(page, bytes, PROT_READ | PROT_EXEC) !== 0) throw systemError('mprotect');
  return page;
}

const PT_LOAD = 1;
const PT_GNU_RELRO = 0x6474e552;
const PF_W = 2;

/** ELF header and program headers: all within the first bytes of a program. */
const HEADERS_BYTES = 4096;

/**
 * The data of the program, or library, that Node's platform is in: the linker's pointers to functions of other
 * libraries are there, in the part that is read-only by now if the program was linked that way.
 *
 * | ELF header, 64 bits | byte | program header  | byte |
 * | ------------------- | ---- | --------------- | ---- |
 * | e_phoff             | 32   | p_type, p_flags | 0, 4 |
 * | e_phentsize         | 54   | p_vaddr         | 16   |
 * | e_phnum             | 56   | p_filesz        | 32   |
 */
function dataOfNode(): Data[] {
  const { koffi, dlsym, dladdr } = bind();
  // Dl_info: name of the file, where it lies, name and address of the symbol.
  const info = new BigUint64Array(4);
  if (dladdr(dlsym(null, PLATFORM_TABLE), info) === 0)
    throw new Error('Node was not found in its own memory.');
  const base = info[1] as bigint;
  const headers = new DataView(koffi.view(base, HEADERS_BYTES));
  const [first, bytes] = [Number(headers.getBigUint64(32, true)), headers.getUint16(54, true)];
  const segments = Array.from({ length: headers.getUint16(56, true) }, (_, index) => {
    const at = first + index * bytes;
    return {
      type: headers.getUint32(at, true),
      flags: headers.getUint32(at + 4, true),
      address: headers.getBigUint64(at + 16, true),
      bytes: Number(headers.getBigUint64(at + 32, true)),
    };
  });
  // A program that may lie anywhere counts its addresses from where it lies.
  const offset = base - (segments.find(({ type }) => type === PT_LOAD)?.address ?? 0n);
  const dataOf = (wanted: typeof segments, protection: number): Data[] =>
    wanted.map((segment) => {
      const start = segment.address + offset;
      const skipped = Number((8n - (start % 8n)) % 8n);
      return { first: start + BigInt(skipped), words: Math.floor((segment.bytes - skipped) / 8), protection };
    });
  return [
    ...dataOf(
      segments.filter(({ type }) => type === PT_GNU_RELRO),
      PROT_READ,
    ),
    ...dataOf(
      segments.filter(({ type, flags }) => type === PT_LOAD && (flags & PF_W) !== 0),
      PROT_READ | PROT_WRITE,
    ),
  ];
}

function unmarkMappings(): void {
  const { madvise } = bind();
  for (const line of readFileSync('/proc/self/maps', 'latin1').trim().split('\n')) {
    const [first = 0, end = 0] = line.split(/[- ]/, 2).map((digits) => Number.parseInt(digits, 16));
    // The kernel's own page at the top is not ours to advise on.
    if (!Number.isSafeInteger(first)) continue;
    // A mapping that can't be copied (of a device) stays so: errors don't matter here.
    madvise(first, end - first, MADV_DOFORK);
  }
}

/**
 * From now on copies have the program's pages in their page tables, as far as this process has used them; each
 * would have to find them by faults of its own else, hundreds of them. The kernel copies the tables of a mapping
 * only if some page of it is no longer the file's: one byte of each is written as it is.
 *
 * @see `vma_needs_copy` in the kernel's mm/memory.c; proc_pid_mem(5)
 */
export function keepProgramInCopies(): void {
  const byte = Buffer.alloc(1);
  let memory: number | undefined;
  try {
    memory = openSync('/proc/self/mem', 'r+');
    for (const line of readFileSync('/proc/self/maps', 'latin1').split('\n')) {
      const first = /^([0-9a-f]+)-\S+ r-.p \S+ \S+ [1-9]/.exec(line)?.[1];
      if (first === undefined) continue;
      const place = Number.parseInt(first, 16);
      readSync(memory, byte, 0, 1, place);
      writeSync(memory, byte, 0, 1, place);
    }
  } catch {
    // Not allowed here: copies take a millisecond longer.
  } finally {
    if (memory !== undefined) closeSync(memory);
  }
}
