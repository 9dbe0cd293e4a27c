/** The parent's half of child-signals.ts, and waiting for what has no event. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from 'core-process';

/** Waits until the child has said this line. */
export async function hear(child: Process<never[]>, line: string): Promise<void> {
  if (child.stdout !== undefined) {
    for await (const said of child.stdout) if (said === line) return;
  }
  const errors = await child.stderr?.text();
  throw new Error(`The child ended before it said "${line}"${errors ? `: ${errors}` : '.'}`);
}

/** Lets children that have said «ready» go on. */
export function tell(...children: readonly Process<never[]>[]): void {
  for (const { pid } of children) if (pid !== undefined) process.kill(pid, 'SIGUSR2');
}

/**
 * Polls for what has no event: a state in /proc, a line in a file of a process that is not our child.
 *
 * @throws `signal.reason` when the measurement was given up
 */
export async function until<T>(signal: AbortSignal, look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await sleep(5, undefined, { signal });
  }
}
