/**
 * V8's queue of microtasks, to which JavaScript can only add: what promises have to call when the callback that
 * runs is through.
 *
 * Its address is in a `MicrotasksScope`, a class of V8's public interface; its size is the one number in it that
 * grows by as many as are added.
 *
 * @see v8-microtask-queue.h of V8
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { currentIsolate } from './isolate.js';
import { libC, type LibC } from './ffi.js';

/** MicrotasksScope::kDoNotRunMicrotasks: such a scope counts nothing, so that it need not be left again. */
const DO_NOT_RUN = 1;
/** Of a scope: the isolate, the queue, and whether it runs them. */
const SCOPE_BYTES = 24;
const WORDS_OF_A_QUEUE = 8;

type EnterScope = (scope: Uint8Array, isolate: bigint, queue: null, type: number) => void;

let size: BigInt64Array | undefined;

/** @throws Error when this Node has another V8 than is known here */
export function findMicrotaskQueue(): void {
  if (size !== undefined) return;
  const { koffi, library } = libC() as LibC;
  const enterScope = library.func(
    'void _ZN2v815MicrotasksScopeC1EPNS_7IsolateEPNS_14MicrotaskQueueENS0_4TypeE(_Out_ void *, void *, void *, int)',
  ) as unknown as EnterScope;
  const scope = new BigUint64Array(SCOPE_BYTES / 8);
  enterScope(new Uint8Array(scope.buffer), currentIsolate(), null, DO_NOT_RUN);
  const address = scope[1] as bigint;

  const readings = [readWords(address)];
  for (const count of [3, 5]) {
    for (let added = 0; added < count; added++) void addOne();
    readings.push(readWords(address));
  }
  const [first, second, third] = readings as [BigInt64Array, BigInt64Array, BigInt64Array];
  const grown = (before: BigInt64Array, after: BigInt64Array, index: number) =>
    Number((after[index] as bigint) - (before[index] as bigint));
  const place = first.findIndex(
    (_, index) => grown(first, second, index) === 3 && grown(second, third, index) === 5,
  );
  if (place === -1) throw new Error('no microtask queue');
  size = new BigInt64Array(koffi.view(address + BigInt(place * 8), 8));
}

/** Of V8's own promises: the global class may be another. */
const nothing = Promise.resolve();
async function addOne(): Promise<void> {
  await nothing;
}

/** In a copy: the promises of the original call nobody. */
export function forgetMicrotasks(): void {
  (size as BigInt64Array)[0] = 0n;
}

/** Through the kernel, which fails where there is no memory. */
function readWords(address: bigint): BigInt64Array {
  const words = new BigInt64Array(WORDS_OF_A_QUEUE);
  const memory = openSync('/proc/self/mem', 'r');
  try {
    readSync(memory, words, 0, words.byteLength, address);
  } finally {
    closeSync(memory);
  }
  return words;
}
