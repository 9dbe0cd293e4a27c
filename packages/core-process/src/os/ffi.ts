/**
 * The C library, through koffi: loaded at first use, and only where it is needed.
 *
 * Undefined where koffi has no binary, or when CORE_PROCESS_NO_FFI=1 turns it off; callers have another way.
 */
import { createRequire } from 'node:module';
import { debuglog } from 'node:util';
import type * as Koffi from 'koffi';

const debug = debuglog('core-process');

type Koffi = typeof Koffi;

export interface LibC {
  readonly koffi: Koffi;
  readonly library: ReturnType<Koffi['load']>;
}

let loaded: LibC | undefined;
let tried = false;

export function libC(): LibC | undefined {
  if (tried) return loaded;
  tried = true;
  if (process.platform !== 'linux' || process.env['CORE_PROCESS_NO_FFI'] === '1') return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    // The process itself: libc is in it, whichever libc that is.
    loaded = { koffi, library: koffi.load(null) };
  } catch (error) {
    debug('works without FFI, since koffi was not loaded: %s', error);
  }
  return loaded;
}

/** The error of a failed call, the last one unless said otherwise, as Node's own carry it. */
export function systemError(call: string, errno = (libC() as LibC).koffi.errno()): NodeJS.ErrnoException {
  const { koffi } = libC() as LibC;
  const code = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0];
  return Object.assign(new Error(`${call} failed with ${code ?? `errno ${errno}`}.`), {
    errno,
    syscall: call,
    ...(code === undefined ? {} : { code }),
  });
}
