/** Processes that are there to be looked at, for the lab. Each ends by itself, should everyone forget it. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Wants a core all the time. @param lifetime - milliseconds */
export async function computing(lifetime: number): Promise<void> {
  const end = performance.now() + lifetime;
  while (performance.now() < end) {
    spin(50);
    // A signal is heard between two stretches.
    await setImmediate();
  }
}

/** Wants nothing. */
export async function waiting(lifetime: number): Promise<void> {
  await sleep(lifetime);
}

/** Computes for a while, waits for a while. */
export async function alternating(lifetime: number): Promise<void> {
  const end = performance.now() + lifetime;
  while (performance.now() < end) {
    spin(400);
    await sleep(600);
  }
}
