/**
 * How a child and its parent meet at an instant: the child says a word on its standard output, and a signal
 * tells it to go on. For programs; the parent's half is in meeting.ts.
 */
import { writeSync } from 'node:fs';

/** Long enough for any measurement: a child that everyone forgot ends by itself. */
export const LIFETIME_MS = 60_000;

/** Says a line; synchronously, so that it is out before the next statement. */
export function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Says «ready» and waits for the parent's signal. */
export async function untilTold(): Promise<void> {
  const timer = setTimeout(() => process.exit(1), LIFETIME_MS);
  await new Promise<void>((resolve) => {
    process.once('SIGUSR2', () => resolve());
    // After the handler is there: before that, the signal would end this process.
    say('ready');
  });
  clearTimeout(timer);
}
