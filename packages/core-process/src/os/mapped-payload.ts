/**
 * A payload of another process becomes memory of this one without being copied: its pages are mapped over those of an
 * ordinary buffer. They are this process' own then, and copied one by one as far as it writes into them.
 *
 * V8 has got the buffer from malloc, and gives it back to free(3), whichever thread it has been transferred to by then:
 * that unmaps the pages, too. So it has to be a block with a mapping of its own, as glibc makes one for a large request,
 * and its bytes lie in the file as they do in such a block:
 *
 * | byte of the block | what is there                                                         |
 * | ----------------- | --------------------------------------------------------------------- |
 * | 8                 | glibc's word: the block's size, and a bit for a mapping of its own     |
 * | 16                | the payload begins: its first page is copied, as it holds that word    |
 * | a page, and on    | the pages that are mapped                                              |
 *
 * @see mmap(2), mallopt(3), `munmap_chunk` in glibc's malloc.c
 */
import { readSync } from 'node:fs';
import { type LibC, libC } from './ffi.js';
import { mapOver } from './shared-pages.js';

/** Where in its file a payload begins. */
export const PAYLOAD_AT = 16;

/** From so many bytes on glibc maps each block by itself, if its heap has no room. Smaller ones are copied as quickly. */
export const LEAST_KEPT_BYTES = 32 * 1024 * 1024;

const PAGE_BYTES = 4096;
const IS_MAPPED = 2n;
const WORD_BYTES = 8;

let isGlibc: boolean | undefined;

/** Undefined where memory is not glibc's. */
function glibc(): LibC | undefined {
  const libc = libC();
  if (libc === undefined) return undefined;
  try {
    isGlibc ??= libc.library.func('const char *gnu_get_libc_version()') !== undefined;
  } catch {
    isGlibc = false;
  }
  return isGlibc ? libc : undefined;
}

/**
 * @param fd - of a file whose pages nobody writes into any more, as long as they are mapped somewhere
 * @param bytes - of the payload, from {@link PAYLOAD_AT} on
 * @returns undefined where it can't be done
 */
export function mapPayload(fd: number, bytes: number): Buffer | undefined {
  const libc = bytes < LEAST_KEPT_BYTES ? undefined : glibc();
  if (libc === undefined) return undefined;
  const payload = Buffer.allocUnsafeSlow(bytes);
  if (!hasOwnMapping(libc, payload)) return undefined;
  const copied = PAGE_BYTES - PAYLOAD_AT;
  for (let read = 0; read < copied; ) read += readSync(fd, payload, read, copied - read, PAYLOAD_AT + read);
  const first = libc.koffi.address(payload) + BigInt(copied);
  const mappedBytes = wholePages(PAYLOAD_AT + bytes) - PAGE_BYTES;
  if (mapOver(first, mappedBytes, fd, PAGE_BYTES)) return payload;
  // Too many mappings. The block has to be whole when it is freed.
  mapOver(first, mappedBytes);
  return undefined;
}

function hasOwnMapping({ koffi }: LibC, payload: Buffer): boolean {
  const address = koffi.address(payload);
  if (Number(address) % PAGE_BYTES !== PAYLOAD_AT) return false;
  const [word] = new BigUint64Array(koffi.view(address - BigInt(WORD_BYTES), WORD_BYTES));
  return word === (BigInt(wholePages(PAYLOAD_AT + payload.byteLength + WORD_BYTES)) | IS_MAPPED);
}

function wholePages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}
