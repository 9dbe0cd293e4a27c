/**
 * Messages on a stream of bytes: four bytes of length (little endian), then the payload.
 *
 * A stream that ends inside a frame is told apart from one that ends between two.
 */
export const HEADER_BYTES = 4;

/** Largest payload, in bytes, that the header can tell. */
const MAX_PAYLOAD_BYTES = 2 ** 32 - 1;

/** The header of a payload. */
export function frameHeader(payloadBytes: number): Buffer {
  if (payloadBytes > MAX_PAYLOAD_BYTES) {
    throw new RangeError(`A message of ${payloadBytes} bytes is larger than ${MAX_PAYLOAD_BYTES}.`);
  }
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(payloadBytes, 0);
  return header;
}

/** One frame with the payload in it. */
export function frame(payload: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(payload.byteLength), payload]);
}

/** Cuts a stream into payloads, wherever its chunks end. Payloads may share memory with the chunks. */
export class FrameReader {
  /** The beginning of a frame whose end has not come. */
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Adds what has arrived and gives the payloads that are now complete. */
  push(chunk: Uint8Array): Buffer[] {
    this.#parts.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes < this.#neededBytes()) return [];
    const [first] = this.#parts;
    const data =
      this.#parts.length === 1 && first !== undefined
        ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
        : Buffer.concat(this.#parts, this.#bytes);
    const payloads: Buffer[] = [];
    let offset = 0;
    while (data.byteLength - offset >= HEADER_BYTES) {
      const end = offset + HEADER_BYTES + data.readUInt32LE(offset);
      if (end > data.byteLength) break;
      payloads.push(data.subarray(offset + HEADER_BYTES, end));
      offset = end;
    }
    this.#bytes = data.byteLength - offset;
    this.#parts = this.#bytes === 0 ? [] : [data.subarray(offset)];
    return payloads;
  }

  /** True between two frames, false inside one. */
  get isAtBoundary(): boolean {
    return this.#bytes === 0;
  }

  /** Bytes of the first frame, as far as its header is there. A long one is put together once, at its end. */
  #neededBytes(): number {
    if (this.#bytes < HEADER_BYTES) return HEADER_BYTES;
    const first = this.#parts[0] as Uint8Array;
    if (first.byteLength < HEADER_BYTES) this.#parts = [Buffer.concat(this.#parts, this.#bytes)];
    const head = this.#parts[0] as Uint8Array;
    return HEADER_BYTES + new DataView(head.buffer, head.byteOffset, HEADER_BYTES).getUint32(0, true);
  }
}
