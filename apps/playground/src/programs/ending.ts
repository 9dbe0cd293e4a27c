/** Ways to end, and not to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LIFETIME_MS, say } from '../child-signals.js';

/** Is there until it is ended from outside. */
export async function stay(): Promise<void> {
  say('ready');
  await sleep(LIFETIME_MS);
}

/** Does not listen to SIGTERM. */
export async function refuse(): Promise<void> {
  process.on('SIGTERM', () => say('refused'));
  await stay();
}

export function finish(): string {
  return 'done';
}

export function exitWith(code: number): void {
  process.exit(code);
}

export function fail(): never {
  throw new Error('failed on purpose');
}
