/**
 * Messages of one writer to one reader through shared memory.
 *
 * | word   | written by | meaning                                             |
 * | ------ | ---------- | --------------------------------------------------- |
 * | `tail` | writer     | bytes written since the beginning, modulo 2^32      |
 * | `head` | reader     | bytes read, likewise; both are multiples of four    |
 *
 * A message is its length and its bytes, filled up to four, and never lies across the end: `SKIP` in place of a length
 * says that the next one is at the beginning. It is there once `tail` is behind it, so a writer that dies before has
 * written nothing, and one that dies after has written all of it. Nobody waits here, and nothing is locked.
 */
export const RING_HEADER_BYTES = 128;

const TAIL = 0;
/** A cache line of its own: the two sides write at the same time. */
const HEAD = 16;

const SKIP = -1;
const LENGTH_BYTES = 4;

export class Ring {
  readonly #words: Int32Array;
  readonly #lengths: Int32Array;
  readonly #data: Buffer;
  readonly #size: number;

  /** @param size - bytes after the header, a power of two */
  constructor(memory: ArrayBuffer, offset: number, size: number) {
    this.#words = new Int32Array(memory, offset, RING_HEADER_BYTES / 4);
    this.#lengths = new Int32Array(memory, offset + RING_HEADER_BYTES, size / 4);
    this.#data = Buffer.from(memory, offset + RING_HEADER_BYTES, size);
    this.#size = size;
  }

  /** Longer messages never find room. */
  get longest(): number {
    return this.#size / 4;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#words, HEAD) === Atomics.load(this.#words, TAIL);
  }

  /** @returns false when there is no room now */
  push(payload: Uint8Array): boolean {
    const size = this.#size;
    const tail = this.#words[TAIL] as number;
    const used = (tail - Atomics.load(this.#words, HEAD)) >>> 0;
    const needed = LENGTH_BYTES + ((payload.byteLength + 3) & ~3);
    let at = tail & (size - 1);
    const skipped = at + needed > size ? size - at : 0;
    if (used + skipped + needed > size) return false;
    if (skipped > 0) {
      this.#lengths[at / 4] = SKIP;
      at = 0;
    }
    this.#lengths[at / 4] = payload.byteLength;
    this.#data.set(payload, at + LENGTH_BYTES);
    Atomics.store(this.#words, TAIL, (tail + skipped + needed) | 0);
    return true;
  }

  /** The next message, copied; undefined when there is none. */
  shift(): Buffer | undefined {
    const size = this.#size;
    let head = this.#words[HEAD] as number;
    if (head === Atomics.load(this.#words, TAIL)) return undefined;
    let at = head & (size - 1);
    if (this.#lengths[at / 4] === SKIP) {
      head = (head + size - at) | 0;
      at = 0;
    }
    const length = this.#lengths[at / 4] as number;
    const start = at + LENGTH_BYTES;
    const payload = Buffer.allocUnsafe(length);
    this.#data.copy(payload, 0, start, start + length);
    Atomics.store(this.#words, HEAD, (head + LENGTH_BYTES + ((length + 3) & ~3)) | 0);
    return payload;
  }
}
