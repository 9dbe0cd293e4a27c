import { setFlagsFromString } from 'node:v8';

/**
 * V8 collects garbage once more when a process has been idle for eight seconds. A fork server never turns its
 * event loop, so that this stays due in it for ever, and each copy would begin with it and take three times as
 * long. Here it is put off as V8 itself does it when marking cannot start: for another eight seconds.
 */
export function postponeIdleCollection(): void {
  if (process.execArgv.some((flag) => flag.replaceAll('_', '-') === '--no-incremental-marking')) return;
  setFlagsFromString('--no-incremental-marking');
  // What is due runs before the next turn's immediates.
  setImmediate(() => setFlagsFromString('--incremental-marking')).unref();
}
