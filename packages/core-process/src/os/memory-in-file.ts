/**
 * Moves the memory of a fork server into a file without a name, so that a copy of it takes as long as if it had loaded
 * little: fork(2) copies the page tables of ordinary memory, some 25,000 entries for 100 MB, and each copy takes all of
 * them down again at its end. Pages of a file are found by the kernel when they are looked at, sixteen at a time. They
 * are shared as before, and copied when somebody writes.
 *
 * Each region is written into the file and mapped over itself by a few instructions of machine code: between the two
 * nothing may write there, and JavaScript, which lies in these regions, would.
 *
 * | x64                  |                                                             |
 * | -------------------- | ----------------------------------------------------------- |
 * | mov r10, rcx         | the place in the file: last argument of pwrite(2), too      |
 * | mov eax, 18; syscall | pwrite(fd, address, bytes, place), as the arguments came    |
 * | cmp rax, rdx; jne +30 | all of it written?                                         |
 * | mov r8, rdi; mov r9, r10; mov rdi, rsi; mov rsi, rdx | fd, place, address, bytes   |
 * | mov edx, 3; mov r10d, 18 | PROT_READ and PROT_WRITE; MAP_PRIVATE and MAP_FIXED     |
 * | mov eax, 9; syscall  | mmap                                                        |
 * | ret                  | the address, if all went well                               |
 *
 * @see fork(2), mmap(2), memfd_create(2); `vma_needs_copy` in the kernel's mm/memory.c
 */
import { closeSync, readFileSync } from 'node:fs';
import { libC, type LibC } from './ffi.js';
import { placeCode } from './node-program.js';

const MOVE = Buffer.from(
  [
    [0x49, 0x89, 0xca],
    [0xb8, 0x12, 0x00, 0x00, 0x00, 0x0f, 0x05],
    [0x48, 0x39, 0xd0, 0x75, 0x1e],
    [0x49, 0x89, 0xf8, 0x4d, 0x89, 0xd1, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6],
    [0xba, 0x03, 0x00, 0x00, 0x00, 0x41, 0xba, 0x12, 0x00, 0x00, 0x00],
    [0xb8, 0x09, 0x00, 0x00, 0x00, 0x0f, 0x05],
    [0xc3],
  ].flat(),
);

/** With less than that a copy is as quick without. */
const LEAST_BYTES = 32 * 1024 * 1024;
const LEAST_REGION_BYTES = 64 * 1024;
/** What Linux writes at once. */
const MOST_REGION_BYTES = 0x7ffff000;
const MFD_CLOEXEC = 1;

interface Region {
  readonly address: number;
  readonly bytes: number;
}

/**
 * For a process with a single thread. Memory that is not V8's or malloc's stays, as does all of it where this can't be
 * done: then copies take longer.
 */
export function moveMemoryToFile(): void {
  const regions = process.arch === 'x64' ? ordinaryRegions() : [];
  const bytes = regions.reduce((sum, region) => sum + region.bytes, 0);
  if (bytes < LEAST_BYTES) return;
  const { koffi, library } = libC() as LibC;
  const fd = openUnnamed(library);
  if (fd === undefined) return;
  // By its address, and not as a view of it: V8 would collect garbage for the memory that views stand for.
  const pwrite = library.func('intptr_t pwrite(int fd, intptr_t address, size_t bytes, int64_t place)');
  const type = koffi.proto('intptr_t move_memory(int fd, intptr_t address, size_t bytes, size_t place)');
  let place = 0;
  try {
    const code = placeCode(MOVE);
    for (const region of regions) {
      // The file has memory for it from here on: the machine code's own writing can't fall short.
      if (pwrite(fd, region.address, region.bytes, place) !== region.bytes) return;
      if (koffi.call(code, type, fd, region.address, region.bytes, place) !== region.address) return;
      place += region.bytes;
    }
    // Where it returns early, there is no memory for the file, or a limit to its length: what was moved works as well.
  } catch {
    // No new code may be run here.
  } finally {
    closeSync(fd);
  }
}

function openUnnamed(library: LibC['library']): number | undefined {
  try {
    const create = library.func('int memfd_create(const char *name, unsigned int flags)');
    const fd = create('core-process', MFD_CLOEXEC) as number;
    return fd < 0 ? undefined : fd;
  } catch {
    // A C library without it.
    return undefined;
  }
}

const REGION = /^([0-9a-f]+)-([0-9a-f]+) rw-p 00000000 00:00 0 *(?:\[heap\])?$/;
/** Locked, wiped in copies, of huge pages of their own, watched, or protected by a key: proc_pid_smaps(5). */
const SPECIAL = /^(?:VmFlags:.* (?:lo|dc|wf|ht|um|uw)\b|ProtectionKey: +[1-9])/m;

/** Of memory that is mostly in use; not the stack. */
function ordinaryRegions(): Region[] {
  let smaps: string;
  try {
    smaps = readFileSync('/proc/self/smaps', 'latin1');
  } catch {
    // Not every kernel has it, nor may everybody read it.
    return [];
  }
  return smaps.split(/^(?=[0-9a-f]+-)/m).flatMap((entry) => {
    const [, first, end] = REGION.exec(entry.slice(0, entry.indexOf('\n'))) ?? [];
    if (first === undefined || end === undefined || SPECIAL.test(entry)) return [];
    const address = Number.parseInt(first, 16);
    const bytes = Number.parseInt(end, 16) - address;
    const used = Number(/^Rss: +(\d+)/m.exec(entry)?.[1] ?? 0) * 1024;
    const isOfSize = bytes >= LEAST_REGION_BYTES && bytes <= MOST_REGION_BYTES;
    return isOfSize && used >= bytes / 2 ? [{ address, bytes }] : [];
  });
}
