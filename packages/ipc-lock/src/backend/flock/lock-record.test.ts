import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  decodeRecord,
  encodeRecord,
  encodeSlot,
  type LockState,
  RECORD_SIZE,
  SLOT_SIZE,
} from './lock-record.js';

const boot = '00112233445566778899aabbccddeeff';
const held: LockState = {
  sequence: 7n,
  token: 2n ** 62n + 5n,
  holder: { pid: 4711, start: 99n, since: 1.5e12 },
};

function write(record: Buffer, state: LockState): Buffer {
  const { bytes, offset } = encodeSlot(state);
  bytes.copy(record, offset);
  return record;
}

/** A generator that gives the same numbers for the same seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('the record of a lock', () => {
  it('comes back as it was written', () => {
    expect(decodeRecord(encodeRecord(held, boot))).toEqual({
      kind: 'record',
      state: held,
      bootId: boot,
      torn: false,
    });
  });

  it('says the newer of its two slots', () => {
    const record = encodeRecord(held, boot);
    const free = { ...held, sequence: 8n, holder: null };
    expect(decodeRecord(write(record, free))).toMatchObject({ state: free, torn: false });
    const again = { ...held, sequence: 9n, token: held.token + 1n };
    expect(decodeRecord(write(record, again))).toMatchObject({ state: again, torn: false });
  });

  it('is new when it is empty or zeros', () => {
    for (const length of [0, 1, 64, RECORD_SIZE]) {
      expect(decodeRecord(Buffer.alloc(length))).toEqual({ kind: 'new' });
    }
  });

  it('is foreign when its header is sound and of another layout', () => {
    const record = encodeRecord(held, boot);
    const other = Buffer.from(record);
    other.writeUInt32LE(2, 8);
    // Without a new check sum it is noise; with one, another version wrote it.
    expect(decodeRecord(other)).toMatchObject({ kind: 'record', bootId: undefined });
    other.writeUInt32LE(crc32(other.subarray(0, 60)), 60);
    expect(decodeRecord(other)).toEqual({ kind: 'foreign', version: 2, backend: 1 });
  });

  it('cut off in the middle of its last write says what it said before, and that something is missing', () => {
    const before = encodeRecord(held, boot);
    const { bytes, offset } = encodeSlot({ sequence: 8n, token: held.token + 1n, holder: held.holder });
    for (let length = 1; length < SLOT_SIZE; length++) {
      const cut = Buffer.from(before);
      bytes.copy(cut, offset, 0, length);
      // Some first bytes are those that were there; then nothing was lost yet.
      const found = decodeRecord(cut);
      expect(found).toMatchObject({ kind: 'record', state: { holder: held.holder } });
      const whole = found.kind === 'record' && !found.torn;
      expect([undefined, 7n, 8n]).toContain(whole ? found.state.sequence : undefined);
    }
  });

  it('is never misread: 20,000 mutations give a state that was written, or none', () => {
    const pick = random(20_251);
    const older: LockState = { ...held, sequence: 6n, holder: null };
    let recovered = 0;
    for (let round = 0; round < 20_000; round++) {
      let record = write(encodeRecord(held, boot), older);
      for (let changes = 1 + pick(4); changes > 0; changes--) {
        if (record.length === 0) break;
        switch (pick(4)) {
          case 0:
            record = record.subarray(0, pick(record.length + 1));
            break;
          case 1:
            record.fill(pick(256), pick(record.length), record.length);
            break;
          default:
            record[pick(record.length)] = pick(256);
        }
      }
      const found = decodeRecord(record);
      if (found.kind !== 'record') continue;
      recovered++;
      expect([held, older]).toContainEqual(found.state);
      expect([undefined, boot]).toContain(found.bootId);
    }
    expect(recovered).toBeGreaterThan(5_000);
  });
});
