/**
 * What has to be done anew in a copy of this process, as core-process' start method `fork` makes one: a copy shares
 * its original's open files, and with them the locks by which the kernel tells who lives.
 *
 * Whoever copies a process calls what is listed under `Symbol.for('core-process.copied')` of the global object.
 */
const key = Symbol.for('core-process.copied');

export function whenCopied(renew: () => void): void {
  const all = globalThis as { [key]?: (() => void)[] };
  (all[key] ??= []).push(renew);
}
