/**
 * Keeps the event loop alive while something in this process waits for another one.
 *
 * Sockets and servers of this package never do it by themselves: an open connection that nobody reads must not
 * hold a process that is otherwise done.
 */
import { perProcess } from '../per-process.js';

const FOR_LONG_MS = 2 ** 31 - 1;

const holdsOf = perProcess(() => ({ count: 0, timer: undefined as NodeJS.Timeout | undefined }));

export function holdLoop(): void {
  const holds = holdsOf();
  if (holds.count++ > 0) return;
  holds.timer ??= setInterval(() => undefined, FOR_LONG_MS);
  holds.timer.ref();
}

export function releaseLoop(): void {
  const holds = holdsOf();
  if (--holds.count === 0) holds.timer?.unref();
}
