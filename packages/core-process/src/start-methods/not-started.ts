/** The child that never was: the operating system gave no process. */
import type { ChildEvents, RunningChild } from './start-method.js';
import { setImmediate } from '../real-timers.js';

const nothing = () => undefined;

/** What a start gives then; `onStartFailed` follows. */
export const nothingStarted: RunningChild = {
  pid: undefined,
  streams: [],
  tell: nothing,
  signal: () => false,
  ref: nothing,
  unref: nothing,
  descriptor: nothing,
};

export function notStarted(error: Error, events: ChildEvents): RunningChild {
  setImmediate(() => events.onStartFailed(error));
  return nothingStarted;
}
