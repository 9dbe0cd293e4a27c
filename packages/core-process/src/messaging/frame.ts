/**
 * Messages on a stream of bytes: four bytes of length (little endian), then the payload.
 *
 * A stream that ends inside a frame is told apart from one that ends between two.
 */
const HEADER_BYTES = 4;

/** Largest payload, in bytes, that the header can tell. */
const MAX_PAYLOAD_BYTES = 2 ** 32 - 1;

/** One frame with the payload in it. */
export function frame(payload: Uint8Array): Buffer {
  if (payload.byteLength > MAX_PAYLOAD_BYTES) {
    throw new RangeError(`A message of ${payload.byteLength} bytes is larger than ${MAX_PAYLOAD_BYTES}.`);
  }
  const framed = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  framed.writeUInt32LE(payload.byteLength, 0);
  framed.set(payload, HEADER_BYTES);
  return framed;
}

/** Cuts a stream into payloads, wherever its chunks end. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #needed = HEADER_BYTES;
  #inPayload = false;

  /** Adds what has arrived and gives the payloads that are now complete. */
  push(chunk: Uint8Array): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    const payloads: Buffer[] = [];
    while (this.#bytes >= this.#needed) {
      const part = this.#take(this.#needed);
      if (this.#inPayload) payloads.push(part);
      this.#needed = this.#inPayload ? HEADER_BYTES : part.readUInt32LE(0);
      this.#inPayload = !this.#inPayload;
    }
    return payloads;
  }

  /** True between two frames, false inside one. */
  get isAtBoundary(): boolean {
    return !this.#inPayload && this.#bytes === 0;
  }

  #take(bytes: number): Buffer {
    const all =
      this.#chunks.length === 1 ? Buffer.from(this.#chunks[0] as Uint8Array) : Buffer.concat(this.#chunks);
    this.#bytes -= bytes;
    this.#chunks = this.#bytes > 0 ? [all.subarray(bytes)] : [];
    return all.subarray(0, bytes);
  }
}
