/**
 * The first 64 bytes of a file that is mapped: what it is, so that nothing else is ever taken for it. Pure.
 *
 * | bytes | content                                                                     |
 * | ----- | --------------------------------------------------------------------------- |
 * | 0–7   | magic `ipc-lock`                                                            |
 * | 8–11  | u32 layout version                                                          |
 * | 12–15 | u32 back end                                                                |
 * | 16–31 | boot id                                                                     |
 * | 32–35 | u32 kind of object                                                          |
 * | 36–39 | u32 detail: what the kind says about itself, the type of elements for example |
 * | 40–47 | f64 size of the content in bytes                                            |
 * | 60–63 | u32 CRC-32 of the 60 bytes before it                                        |
 *
 * Little-endian. Written before the file has a name, and never again: a file that is found is whole, or was spoilt.
 */
import { zlib } from '../platform/lazy-builtins.js';

export const HEADER_SIZE = 64;
const MAGIC = 'ipc-lock';
const LAYOUT_VERSION = 2;
/** Who can read what is behind the header. */
export const BACKEND = { mapping: 2, portable: 3 } as const;
const CRC_AT = 60;

export interface FileHeader {
  /** One of {@link BACKEND}; that of a mapping if it is omitted. */
  readonly backend?: number | undefined;
  readonly kind: number;
  readonly detail: number;
  /** Bytes. */
  readonly size: number;
  /** 32 hexadecimal digits. */
  readonly bootId: string;
}

export type DecodedHeader =
  | { readonly kind: 'header'; readonly header: FileHeader }
  /** Well-formed, and not for us. */
  | { readonly kind: 'foreign'; readonly version: number; readonly backend: number }
  /** Nothing in it can be trusted. */
  | { readonly kind: 'damaged' };

export function encodeHeader(header: FileHeader): Buffer {
  const { backend = BACKEND.mapping, kind, detail, size, bootId } = header;
  const bytes = Buffer.alloc(HEADER_SIZE);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(LAYOUT_VERSION, 8);
  bytes.writeUInt32LE(backend, 12);
  bytes.write(bootId, 16, 16, 'hex');
  bytes.writeUInt32LE(kind, 32);
  bytes.writeUInt32LE(detail, 36);
  bytes.writeDoubleLE(size, 40);
  bytes.writeUInt32LE(zlib().crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
  return bytes;
}

/**
 * @param bytes - the file's first 64 bytes, or fewer when it has no more
 * @param ours - one of {@link BACKEND}
 */
export function decodeHeader(bytes: Buffer, ours: number = BACKEND.mapping): DecodedHeader {
  const isWhole = bytes.length >= HEADER_SIZE && bytes.toString('latin1', 0, 8) === MAGIC;
  if (!isWhole || bytes.readUInt32LE(CRC_AT) !== zlib().crc32(bytes.subarray(0, CRC_AT)))
    return { kind: 'damaged' };
  const version = bytes.readUInt32LE(8);
  const backend = bytes.readUInt32LE(12);
  if (version !== LAYOUT_VERSION || backend !== ours) return { kind: 'foreign', version, backend };
  return {
    kind: 'header',
    header: {
      kind: bytes.readUInt32LE(32),
      detail: bytes.readUInt32LE(36),
      size: bytes.readDoubleLE(40),
      bootId: bytes.toString('hex', 16, 32),
    },
  };
}
