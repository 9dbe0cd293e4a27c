/**
 * A text in shared memory. It has two places, used by turns, and one word says which counts: whoever dies while writing
 * has not touched the text that is there. Only for the one who has the inner lock.
 */
import type { MemoryFile } from '../../core/memory-file.js';
import { LockFileError } from '../../errors.js';
import { CONTENT_AT } from '../../files/mapped-file.js';
import { memoryCalls, type SystemError } from '../../platform/ffi.js';
import { REGION_SIZE } from './clients.js';

/** Which place counts: 0 or 1. The first of the shared words that say what the text is. */
export const CURRENT = 22;
/** Bytes in each place. */
const LENGTHS = 23;

export class Document {
  readonly #file: MemoryFile;
  readonly #words: Int32Array;
  /** Bytes of each place. */
  readonly #size: number;
  /** Bytes of each place that this process knows there to be room for. */
  readonly #reserved = [0, 0];

  constructor(file: MemoryFile) {
    this.#file = file;
    this.#words = new Int32Array(file.buffer);
    this.#size = (file.shape.size - REGION_SIZE) / 2;
  }

  get text(): string {
    const current = this.#current;
    const length = this.#words[LENGTHS + current] as number;
    if (length >= 0 && length <= this.#size) return this.#place(current, length).toString('utf8');
    throw new LockFileError(
      this.#file.path,
      `${this.#file.what} was overwritten by another program. Find it, and remove ${this.#file.path}.`,
    );
  }

  set text(text: string) {
    const next = 1 - this.#current;
    const length = Buffer.byteLength(text);
    this.#makeRoom(next, length);
    this.#place(next, length).write(text);
    this.#words[LENGTHS + next] = length;
    Atomics.store(this.#words, CURRENT, next);
  }

  get #current(): number {
    return Atomics.load(this.#words, CURRENT) & 1;
  }

  #place(which: number, length: number): Buffer {
    return Buffer.from(this.#file.buffer, REGION_SIZE + which * this.#size, length);
  }

  /** A write to memory for which the file system has no room would end the process. */
  #makeRoom(which: number, length: number): void {
    if (length <= (this.#reserved[which] as number)) return;
    let cause: unknown;
    try {
      if (length <= this.#size) {
        memoryCalls().reserve(this.#file.fd, CONTENT_AT + REGION_SIZE + which * this.#size, length);
        this.#reserved[which] = length;
        return;
      }
    } catch (error) {
      cause = error;
    }
    const reason = cause === undefined ? 'it has as many requests as it can' : (cause as SystemError).code;
    throw new LockFileError(
      this.#file.path,
      `${this.#file.what} can't note one more request (${reason}). Make room on its file system, or use several managers.`,
      { cause },
    );
  }
}
