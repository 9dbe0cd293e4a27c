/** node:crypto, loaded at first use: it is the larger half of what importing this package would take. */
import type * as Crypto from 'node:crypto';

export function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}
