/** V8's instance for this thread, by which its interface in C++ is called. */
import { libC, type LibC } from './ffi.js';

let isolate: bigint | undefined;

/** Its address: that of a copy's main thread is the original's. */
export function currentIsolate(): bigint {
  if (isolate !== undefined) return isolate;
  const { library } = libC() as LibC;
  const getCurrent = library.func('void *_ZN2v87Isolate10GetCurrentEv()') as unknown as () => bigint;
  return (isolate = getCurrent());
}
