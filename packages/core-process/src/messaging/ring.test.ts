import { describe, expect, it } from 'vitest';
import { Ring, RING_HEADER_BYTES } from './ring.js';

const SIZE = 1024;
const makeRing = () => {
  const memory = new ArrayBuffer(RING_HEADER_BYTES + SIZE);
  return { memory, writer: new Ring(memory, 0, SIZE), reader: new Ring(memory, 0, SIZE) };
};

describe('Ring', () => {
  it('gives messages of every length in order, over many turns', () => {
    const { writer, reader } = makeRing();
    const expected: Buffer[] = [];
    let sent = 0;
    let received = 0;
    // A length sequence without a period that fits the ring's.
    for (let step = 0; step < 20_000; step++) {
      const payload = Buffer.alloc((step * 7919) % (writer.longest + 1), step % 251);
      if (writer.push(payload)) {
        expected.push(payload);
        sent++;
      }
      if (step % 3 === 0) {
        for (let count = step % 5; count > 0; count--) {
          const got = reader.shift();
          if (got === undefined) break;
          received++;
          if (!got.equals(expected.shift() as Buffer)) throw new Error(`Message ${received} is another one.`);
        }
      }
    }
    for (let got = reader.shift(); got !== undefined; got = reader.shift()) {
      received++;
      expect(got.equals(expected.shift() as Buffer)).toBe(true);
    }
    expect({ received, left: expected.length, isEmpty: reader.isEmpty }).toEqual({
      received: sent,
      left: 0,
      isEmpty: true,
    });
    expect(sent).toBeGreaterThan(5000);
  });

  it('refuses what has no room, and takes it once something was read', () => {
    const { writer, reader } = makeRing();
    const payload = Buffer.alloc(writer.longest, 1);
    let count = 0;
    while (writer.push(payload)) count++;
    expect(count).toBe(3);
    expect(writer.push(payload)).toBe(false);
    expect(reader.shift()?.byteLength).toBe(writer.longest);
    expect(writer.push(payload)).toBe(true);
  });

  it('goes on where its counters run over', () => {
    const { memory, writer, reader } = makeRing();
    const words = new Int32Array(memory);
    words[0] = words[16] = -SIZE;
    for (let index = 0; index < 100; index++) {
      expect(writer.push(Buffer.alloc(100, index))).toBe(true);
      expect(reader.shift()).toEqual(Buffer.alloc(100, index));
    }
  });
});
