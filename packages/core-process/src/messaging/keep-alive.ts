/**
 * Keeps the event loop alive while something in this process waits for another one.
 *
 * Sockets and servers of this package never do it by themselves: an open connection that nobody reads must not
 * hold a process that is otherwise done.
 */
import { perProcess } from '../per-process.js';
import { setInterval } from '../real-timers.js';

const FOR_LONG_MS = 2 ** 31 - 1;

const holdsOf = perProcess(() => ({ count: 0, timer: undefined as NodeJS.Timeout | undefined }));

/** @returns gives it up, in the process that has taken it: in a copy, what the original held is not its own */
export function holdLoop(): () => void {
  const holds = holdsOf();
  holds.timer ??= setInterval(() => undefined, FOR_LONG_MS);
  if (holds.count++ === 0) holds.timer.ref();
  return () => {
    if (--holds.count === 0) holds.timer?.unref();
  };
}
