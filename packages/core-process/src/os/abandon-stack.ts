/**
 * In a copy: leaves the JavaScript that was running when the copy was made, without finishing it.
 *
 * The caller of `start()` goes on in the original only. In the copy no statement of it may run, no `catch` and
 * no `finally` either: V8's termination does that, here asked for through the inspector of this very thread.
 * Pending promise reactions go with it. The event loop then turns, as it would after any callback.
 */

export function abandonStack(): never {
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
