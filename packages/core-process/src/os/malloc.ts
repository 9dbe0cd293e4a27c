/**
 * Memory that was freed is used again without asking the kernel for it, as glibc's malloc comes to do by itself in a
 * process that has freed a block of 32 MB. Before, each block of 128 KB and more is fresh: the kernel fills it with zeros,
 * page by page, when it is written to, which takes three times as long as writing does.
 *
 * @see mallopt(3) M_MMAP_THRESHOLD
 */
import { libC } from './ffi.js';

const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const THRESHOLD = 32 * 1024 * 1024;
const TRIM_THRESHOLD = 2 * THRESHOLD;

let isDone = false;

/** For a process that gets large messages: from the first one on. */
export function keepFreedMemory(): void {
  if (isDone) return;
  isDone = true;
  try {
    const mallopt = libC()?.library.func('int mallopt(int, int)') as
      | ((parameter: number, value: number) => number)
      | undefined;
    mallopt?.(M_MMAP_THRESHOLD, THRESHOLD);
    mallopt?.(M_TRIM_THRESHOLD, TRIM_THRESHOLD);
  } catch {
    // Another C library than glibc, with ways of its own.
  }
}
