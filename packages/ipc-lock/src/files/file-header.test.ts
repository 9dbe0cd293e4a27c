import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeHeader, encodeHeader, type FileHeader, HEADER_SIZE } from './file-header.js';

const header: FileHeader = { kind: 16, detail: 3, size: 2 ** 40, bootId: '0123456789abcdef'.repeat(2) };

describe('the header of a mapped file', () => {
  it('says what was written', () => {
    expect(decodeHeader(encodeHeader(header))).toEqual({ kind: 'header', header });
  });

  it('is foreign when it is sound and of another version or back end', () => {
    const other = encodeHeader(header);
    other.writeUInt32LE(9, 8);
    expect(decodeHeader(other)).toEqual({ kind: 'damaged' });
    other.writeUInt32LE(crc32(other.subarray(0, 60)), 60);
    expect(decodeHeader(other)).toEqual({ kind: 'foreign', version: 9, backend: 2 });
  });

  it('is damaged when it is short or noise', () => {
    const whole = encodeHeader(header);
    for (let length = 0; length < HEADER_SIZE; length++) {
      expect(decodeHeader(whole.subarray(0, length))).toEqual({ kind: 'damaged' });
    }
    expect(decodeHeader(randomBytes(HEADER_SIZE))).toEqual({ kind: 'damaged' });
  });

  it('is never misread: 100,000 mutations are damage, or changed nothing', () => {
    const whole = encodeHeader(header);
    let damaged = 0;
    for (let round = 0; round < 100_000; round++) {
      const bytes = Buffer.from(whole);
      const [at = 0, value = 0, length = 0] = randomBytes(3);
      if (round % 3 === 0)
        bytes.fill(value, at % HEADER_SIZE, Math.min(HEADER_SIZE, (at % HEADER_SIZE) + (length % 8)));
      else bytes[at % HEADER_SIZE] = value;
      const { kind } = decodeHeader(round % 5 === 0 ? bytes.subarray(0, length % (HEADER_SIZE + 1)) : bytes);
      const isSame = bytes.equals(whole) && (round % 5 !== 0 || length % (HEADER_SIZE + 1) === HEADER_SIZE);
      if (kind !== (isSame ? 'header' : 'damaged')) throw new Error(`${kind}: ${bytes.toString('hex')}`);
      if (kind === 'damaged') damaged++;
    }
    expect(damaged).toBeGreaterThan(90_000);
  });
});
