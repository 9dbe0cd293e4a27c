/**
 * In a copy: leaves the JavaScript that was running when the copy was made, without finishing it.
 *
 * The caller of `start()` goes on in the original only. In the copy no statement of it may run, no `catch` and
 * no `finally` either: V8's termination does that.
 */

import { libC, type LibC } from './ffi.js';
import { currentIsolate } from './isolate.js';
import { addressOfSymbol } from './node-program.js';
import { monotonicNow } from '../real-timers.js';
import { callFromLoop, forgetAsyncContexts } from './pending-callbacks.js';

interface Calls {
  readonly terminator: bigint;
  readonly canceller: bigint;
  terminate(isolate: bigint): void;
  requestInterrupt(isolate: bigint, callback: bigint, data: bigint): void;
  addMicrotasksCompleted(isolate: bigint, callback: bigint, data: null): void;
  removeMicrotasksCompleted(isolate: bigint, callback: bigint, data: null): void;
}
let calls: Calls | undefined;

const WITHIN_MS = 1000;

/** Methods without parameters: V8 can call them back as functions that take an isolate. */
const TERMINATE = '_ZN2v87Isolate18TerminateExecutionEv';
const CANCEL = '_ZN2v87Isolate24CancelTerminateExecutionEv';

/**
 * Once in the original, so that no copy has to.
 *
 * @throws Error when this Node has another V8 than is known here
 */
export function prepareToAbandonStack(): void {
  const { library } = libC() as LibC;
  calls ??= {
    terminator: methodAt(TERMINATE),
    canceller: methodAt(CANCEL),
    terminate: library.func(`void ${TERMINATE}(void *)`),
    requestInterrupt: library.func(
      'void _ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_(void *, uintptr_t, void *)',
    ),
    addMicrotasksCompleted: library.func(
      'void _ZN2v87Isolate30AddMicrotasksCompletedCallbackEPFvPS0_PvES2_(void *, uintptr_t, void *)',
    ),
    removeMicrotasksCompleted: library.func(
      'void _ZN2v87Isolate33RemoveMicrotasksCompletedCallbackEPFvPS0_PvES2_(void *, uintptr_t, void *)',
    ),
  } as unknown as Calls;
}

function methodAt(name: string): bigint {
  const address = addressOfSymbol(name);
  if (address === 0n) throw new Error(`no ${name}`);
  return address;
}

/** @param goOn - called by the event loop, with nothing else on the stack */
export function abandonStack(goOn: () => void): never {
  const known = calls as Calls;
  const isolate = currentIsolate();
  callFromLoop(
    () => {
      known.removeMicrotasksCompleted(isolate, known.canceller, null);
      goOn();
    },
    // Where promises are being called, termination ends with them: Node's function that had them called goes on,
    // and the next that it calls is a tick.
    () => terminate(known, isolate),
  );
  // V8 of Node 20, when it has called promises with nothing else on the stack, would stay terminated for good.
  known.addMicrotasksCompleted(isolate, known.canceller, null);
  return terminate(known, isolate);
}

function terminate(v8: Calls, isolate: bigint): never {
  forgetAsyncContexts();
  // C++ between two functions may swallow the first, as where ESM imports CommonJS: at the next call V8 asks for another.
  v8.requestInterrupt(isolate, v8.terminator, isolate);
  v8.terminate(isolate);
  // Termination comes at the next turn of a loop.
  const end = monotonicNow() + WITHIN_MS;
  while (monotonicNow() < end);
  throw new Error('V8 does not leave what it is doing, as where its debugger has paused.');
}
