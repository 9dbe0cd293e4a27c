/** Modules of Node that are loaded at first use: they are half of what importing this package would take. */
import type * as Crypto from 'node:crypto';
import type * as Zlib from 'node:zlib';

export function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}

export function zlib(): typeof Zlib {
  return process.getBuiltinModule('node:zlib');
}
