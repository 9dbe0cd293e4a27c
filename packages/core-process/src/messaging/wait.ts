/** Waits for the first of several things: connections, queues' ends, processes, promises. */
import { InvalidOptionError } from '../errors.js';
import { Process } from '../process.js';
import { resolveTimeout, type WaitOptions, waitWithin } from '../wait-options.js';
import { Connection } from './connection.js';
import { holdLoop } from './keep-alive.js';
import { setImmediate } from '../real-timers.js';

/** A connection is ready when recv() would answer at once; a process when it has ended. */
export type Waitable = Connection<never> | Connection | Process<never[]> | Promise<unknown>;

/**
 * Waits until at least one is ready.
 *
 * @returns all that are ready then, in the order given; none when `timeout` ran out
 * @throws InvalidOptionError for something else than a connection, a process or a promise
 * @throws ConnectionClosedError for a connection that can't be read from here
 */
export async function wait<W extends Waitable>(
  waitables: Iterable<W>,
  options: WaitOptions = {},
): Promise<W[]> {
  const timeout = resolveTimeout(options.timeout);
  options.signal?.throwIfAborted();
  const list = [...waitables];
  const ready = new Set<W>();
  const stop = new AbortController();
  const watches = list.map((waitable) =>
    whenReady(waitable, stop.signal).then(
      () => ready.add(waitable),
      (error: unknown) => {
        if (!stop.signal.aborted) throw error;
      },
    ),
  );
  const releaseLoop = holdLoop();
  try {
    // Time for what is ready already to show.
    await waitWithin(list.length === 0 ? new Promise(() => undefined) : Promise.race(watches), {
      timeout: Math.max(timeout, 0),
      signal: options.signal,
    });
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    releaseLoop();
    stop.abort();
    await Promise.allSettled(watches);
  }
  return list.filter((waitable) => ready.has(waitable));
}

async function whenReady(waitable: Waitable, signal: AbortSignal): Promise<void> {
  if (waitable instanceof Connection) await waitable.whenReadable({ signal });
  else if (waitable instanceof Process) await aborted(waitable.sentinel, signal);
  else if (waitable instanceof Promise) {
    // Settled is ready, by an error too.
    await aborted(
      waitable.catch(() => undefined),
      signal,
    );
  } else {
    throw new InvalidOptionError(
      'waitables',
      `wait() takes connections, processes and promises, not ${waitable === null ? 'null' : typeof waitable}.`,
    );
  }
}

async function aborted(event: Promise<unknown>, signal: AbortSignal): Promise<void> {
  await waitWithin(event, { signal });
}
