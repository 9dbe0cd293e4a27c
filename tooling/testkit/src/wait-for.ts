import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Polls a condition that has no event (a state in /proc, a file written by another process).
 *
 * @param within - milliseconds; generous, since a bound is there to end a failure, not to judge speed
 * @throws Error naming the condition when it did not come true
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  within = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`Still waiting after ${within} ms for: ${what}`);
    await sleep(10);
  }
}
