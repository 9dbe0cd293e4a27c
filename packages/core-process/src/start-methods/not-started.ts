/** The child that never was: the operating system gave no process. */
import type { ChildEvents, RunningChild } from './start-method.js';

export function notStarted(error: Error, events: ChildEvents): RunningChild {
  const nothing = () => undefined;
  setImmediate(() => events.onStartFailed(error));
  return {
    pid: undefined,
    streams: [],
    tell: nothing,
    signal: () => false,
    ref: nothing,
    unref: nothing,
    descriptor: nothing,
  };
}
