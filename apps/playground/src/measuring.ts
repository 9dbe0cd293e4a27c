/** What a measurement is given, and the putting away afterwards: nothing outlives it. */
import { rmSync } from 'node:fs';
import { Process, type ProcessOptions } from 'core-process';
import type { Measuring } from './experiment.js';
import { makeTemporaryFolder } from './temporary-folder.js';

/** Measures within a folder and with processes of its own, which are gone when this settles. */
export async function withMeasuring<T>(
  signal: AbortSignal,
  work: (measuring: Measuring) => Promise<T>,
): Promise<T> {
  const undos: (() => void | Promise<void>)[] = [];
  const folder = makeTemporaryFolder();
  undos.push(() => rmSync(folder, { recursive: true, force: true }));
  const own = <P extends Process<never[]>>(child: P): P => {
    undos.push(async () => {
      // Made, but never started: there is nothing to end.
      if (child.pid === undefined) return;
      child.kill();
      await child.join();
    });
    return child;
  };
  const measuring: Measuring = {
    signal,
    folder,
    own,
    start: <R>(options: ProcessOptions<unknown[], R>) =>
      own(new Process<unknown[], R>({ stdio: 'pipe', ...options })).start(),
    defer: (undo) => undos.push(undo),
  };
  try {
    return await unlessAborted(signal, work(measuring));
  } finally {
    for (const undo of undos.toReversed()) await undo();
  }
}

/** A measurement that hangs is left behind; what it started is ended, so it can't go on for long. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  // What it still throws after that is the consequence of its processes' end.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
