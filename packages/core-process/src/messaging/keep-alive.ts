/**
 * Keeps the event loop alive while something in this process waits for another one.
 *
 * Sockets and servers of this package never do it by themselves: an open connection that nobody reads must not
 * hold a process that is otherwise done.
 */
const FOR_LONG_MS = 2 ** 31 - 1;

let waiting = 0;
let timer: NodeJS.Timeout | undefined;

export function holdLoop(): void {
  if (waiting++ > 0) return;
  timer ??= setInterval(() => undefined, FOR_LONG_MS);
  timer.ref();
}

export function releaseLoop(): void {
  if (--waiting === 0) timer?.unref();
}

/** In a copy of this process: what waits, waits in the original. */
export function forgetHolds(): void {
  waiting = 0;
  timer = undefined;
}
