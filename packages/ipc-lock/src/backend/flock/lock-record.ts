/**
 * What the file of a `Lock` says: who holds it, and how many have. Pure: bytes in, bytes out.
 *
 * | bytes    | content                                                                                   |
 * | -------- | ----------------------------------------------------------------------------------------- |
 * | 0–63     | header: magic `ipc-lock`, u32 layout version, u32 back end, 16 bytes boot id, …, u32 CRC   |
 * | 64–127   | slot 0: u64 sequence, u64 token, u32 pid, u32 state, u64 start, f64 since, …, u32 CRC      |
 * | 128–191  | slot 1: the same                                                                          |
 *
 * Little-endian; each CRC-32 covers the 60 bytes before it. The slot with the larger sequence counts. Only the
 * holder writes, and always the other slot, so a write that was cut off leaves the one before it readable.
 */
import { crc32 } from 'node:zlib';

export const RECORD_SIZE = 192;
export const SLOT_SIZE = 64;
const MAGIC = 'ipc-lock';
const LAYOUT_VERSION = 1;
const BACKEND_FLOCK = 1;
const CRC_AT = 60;
const STATE_FREE = 0;
const STATE_HELD = 1;

/** Names a process for good: a pid alone is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot; 0 where it can't be known. */
  readonly start: bigint;
}

/** One state of the lock. */
export interface LockState {
  readonly sequence: bigint;
  readonly token: bigint;
  /** Null when nobody holds it. */
  readonly holder: (ProcessIdentity & { readonly since: number }) | null;
}

export type Decoded =
  /** Empty, or zeros only: made, and never used. */
  | { readonly kind: 'new' }
  /** Well-formed, and not for us. */
  | { readonly kind: 'foreign'; readonly version: number; readonly backend: number }
  /** Nothing in it can be trusted. */
  | { readonly kind: 'damaged' }
  | {
      readonly kind: 'record';
      readonly state: LockState;
      /** Hexadecimal; undefined when the header can't be trusted. */
      readonly bootId: string | undefined;
      /** True when one slot, perhaps the newer, can't be trusted. */
      readonly torn: boolean;
    };

export function decodeRecord(bytes: Uint8Array): Decoded {
  const buffer = Buffer.alloc(RECORD_SIZE);
  buffer.set(bytes.subarray(0, RECORD_SIZE));
  if (buffer.every((byte) => byte === 0)) return { kind: 'new' };
  const header = buffer.subarray(0, SLOT_SIZE);
  const hasHeader = isSealed(header) && header.toString('latin1', 0, 8) === MAGIC;
  if (hasHeader) {
    const version = header.readUInt32LE(8);
    const backend = header.readUInt32LE(12);
    if (version !== LAYOUT_VERSION || backend !== BACKEND_FLOCK) return { kind: 'foreign', version, backend };
  }
  const slots = [0, 1].map((index) => decodeSlot(slotOf(buffer, index), BigInt(index)));
  const states = slots.filter((state) => state !== undefined);
  const state = states.reduce<LockState | undefined>(
    (newest, next) => (newest === undefined || next.sequence > newest.sequence ? next : newest),
    undefined,
  );
  if (state === undefined) return { kind: 'damaged' };
  return {
    kind: 'record',
    state,
    bootId: hasHeader ? header.toString('hex', 16, 32) : undefined,
    torn: states.length === 1,
  };
}

/** A whole record: both slots say the same, one after the other. */
export function encodeRecord(state: LockState, bootId: string): Buffer {
  const buffer = Buffer.alloc(RECORD_SIZE);
  const header = buffer.subarray(0, SLOT_SIZE);
  header.write(MAGIC, 'latin1');
  header.writeUInt32LE(LAYOUT_VERSION, 8);
  header.writeUInt32LE(BACKEND_FLOCK, 12);
  header.write(bootId, 16, 16, 'hex');
  seal(header);
  for (const sequence of [state.sequence - 1n, state.sequence]) {
    encodeSlot({ ...state, sequence }).bytes.copy(buffer, offsetOfSlot(sequence));
  }
  return buffer;
}

/** One slot, and where in the file it goes. */
export function encodeSlot(state: LockState): { readonly bytes: Buffer; readonly offset: number } {
  const bytes = Buffer.alloc(SLOT_SIZE);
  bytes.writeBigUInt64LE(state.sequence, 0);
  bytes.writeBigUInt64LE(state.token, 8);
  if (state.holder !== null) {
    bytes.writeUInt32LE(state.holder.pid, 16);
    bytes.writeUInt32LE(STATE_HELD, 20);
    bytes.writeBigUInt64LE(state.holder.start, 24);
    bytes.writeDoubleLE(state.holder.since, 32);
  }
  seal(bytes);
  return { bytes, offset: offsetOfSlot(state.sequence) };
}

function decodeSlot(slot: Buffer, index: bigint): LockState | undefined {
  if (!isSealed(slot)) return undefined;
  const sequence = slot.readBigUInt64LE(0);
  const held = slot.readUInt32LE(20);
  if ((sequence & 1n) !== index || (held !== STATE_FREE && held !== STATE_HELD)) return undefined;
  return {
    sequence,
    token: slot.readBigUInt64LE(8),
    holder:
      held === STATE_HELD
        ? {
            pid: slot.readUInt32LE(16),
            start: slot.readBigUInt64LE(24),
            since: slot.readDoubleLE(32),
          }
        : null,
  };
}

function offsetOfSlot(sequence: bigint): number {
  return SLOT_SIZE * (1 + Number(sequence & 1n));
}

function slotOf(record: Buffer, index: number): Buffer {
  return record.subarray(SLOT_SIZE * (1 + index), SLOT_SIZE * (2 + index));
}

function seal(block: Buffer): void {
  block.writeUInt32LE(crc32(block.subarray(0, CRC_AT)), CRC_AT);
}

function isSealed(block: Buffer): boolean {
  return block.readUInt32LE(CRC_AT) === crc32(block.subarray(0, CRC_AT));
}
