/**
 * Tells libraries that this process is a copy now: what they keep for each process, they have to get anew. As
 * pthread_atfork(3) does for libraries in C; ipc-lock lists itself there.
 */
const key = Symbol.for('core-process.copied');

/** @param isRehearsal - goes the way, and tells nobody */
export function tellOfCopy(isRehearsal = false): void {
  for (const renew of (globalThis as { [key]?: readonly (() => void)[] })[key] ?? []) {
    if (!isRehearsal) renew();
  }
}
