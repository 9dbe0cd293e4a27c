/** Says when things happened, on the clock that all processes of the machine share. */
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../clock.js';

export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** When its first statement ran. */
export function moment(): number {
  return now();
}

/** Waits, as for a device, and computes nothing. @param ms - milliseconds */
export async function wait(ms: number): Promise<Span> {
  const begin = now();
  await sleep(ms);
  return { begin, end: now() };
}

/** Waits a while, and says when it ended: only its last statement makes it end. @param ms - milliseconds */
export async function workFor(ms: number): Promise<number> {
  await sleep(ms);
  return now();
}
