/**
 * V8 collects garbage once more when a process has been idle for eight seconds. A fork server never turns its
 * event loop, so that this stays due in it for ever, and each copy would begin with it and take three times as
 * long. Here it is put off as V8 itself does it when marking cannot start: for another eight seconds.
 */
import { setFlagsFromString } from 'node:v8';
import { setTimeout } from '../real-timers.js';

/** Marking was on before it was turned off here. */
let wasOn = false;

/** In the server. */
export function postponeIdleCollection(): void {
  if (process.execArgv.some((flag) => flag.replaceAll('_', '-') === '--no-incremental-marking')) return;
  wasOn = true;
  setFlagsFromString('--no-incremental-marking');
}

/** By then what was due has run, and is put off. Most copies have ended before. */
const RESUME_MS = 100;

/** In a copy. @returns the timer, which in a rehearsal must not stay: each copy would find it due */
export function resumeMarking(): NodeJS.Timeout {
  return setTimeout(resume, RESUME_MS).unref();
}

function resume(): void {
  if (wasOn) setFlagsFromString('--incremental-marking');
}
