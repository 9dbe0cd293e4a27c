/**
 * In a copy: leaves the JavaScript that was running when the copy was made, without finishing it.
 *
 * The caller of `start()` goes on in the original only. In the copy no statement of it may run, no `catch` and
 * no `finally` either: V8's termination does that, here asked for through the inspector of this very thread.
 */

/** @param goOn - called by the event loop, with nothing else on the stack */
export function abandonStack(goOn: () => void): never {
  let isLeft = false;
  // Where promises are being called, termination ends with them: Node's function that had them called goes on,
  // and the next that it calls is a tick.
  process.nextTick(() => {
    if (!isLeft) terminate();
  });
  setImmediate(() => {
    isLeft = true;
    goOn();
  });
  return terminate();
}

function terminate(): never {
  // What Node does for an error that nobody caught: it empties its stack of asynchronous contexts, which the
  // functions left behind would have emptied one by one.
  const node = process as unknown as { _fatalException(error: Error, fromPromise: boolean): boolean };
  process.setUncaughtExceptionCaptureCallback(null);
  process.setUncaughtExceptionCaptureCallback(() => undefined);
  node._fatalException(new Error('left behind in the copy'), false);
  process.setUncaughtExceptionCaptureCallback(null);

  const { Session } = process.getBuiltinModule('node:inspector');
  const session = new Session();
  session.connect();
  session.post('Runtime.terminateExecution', () => undefined);
  // Termination comes at the next turn of a loop.
  for (;;);
}
