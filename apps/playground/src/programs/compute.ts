/**
 * Loops that compute, and notice when they don't: a loop that looks at the clock all the time sees a gap whenever
 * the operating system has taken its core away. What lies between gaps is when it was on a core.
 */
import { readFileSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LIFETIME_MS, untilTold } from '../child-signals.js';
import { now } from '../clock.js';
import type { Stretch } from '../on-cpu.js';

/** What one process did between being told to go on and its end. Instants are those of now(). */
export interface Computed {
  readonly begin: number;
  readonly end: number;
  /** When it was on a core, as it saw it itself. */
  readonly onCpu: readonly Stretch[];
  /** Milliseconds of CPU time, as the kernel counts it, all threads together. */
  readonly cpu: number;
  /** Times it gave its core up in order to wait, and times the core was taken from it, by the kernel. */
  readonly voluntary: number;
  readonly involuntary: number;
}

/** A gap of this length is more than an interrupt or a bit of garbage collection, and less than a slice. */
const GAP_MS = 0.5;

/**
 * Computes for so many milliseconds on a core, however long that takes; adds to the list. All but the last
 * of these stretches were cut short.
 */
function spin(ms: number, onCpu: Stretch[]): void {
  // performance.now() allocates nothing, so that no garbage is collected meanwhile.
  const offset = now() - performance.now();
  let start = performance.now();
  let last = start;
  let done = 0;
  for (;;) {
    const instant = performance.now();
    if (instant - last > GAP_MS) {
      onCpu.push([start + offset, last + offset]);
      done += last - start;
      start = instant;
    }
    last = instant;
    if (done + last - start >= ms) break;
  }
  onCpu.push([start + offset, last + offset]);
}

/** Waits to be told, then does the work and accounts for it. */
async function whenTold(work: (onCpu: Stretch[]) => Promise<void> | void): Promise<Computed> {
  // The compiler is done with the loop before it counts.
  spin(30, []);
  await untilTold();
  const onCpu: Stretch[] = [];
  const before = usage();
  const begin = now();
  await work(onCpu);
  const end = now();
  const after = usage();
  return {
    begin,
    end,
    onCpu,
    cpu: after.cpu - before.cpu,
    voluntary: after.voluntary - before.voluntary,
    involuntary: after.involuntary - before.involuntary,
  };
}

/** @see proc_pid_status(5): the switches are those of the main thread, without Node's helpers */
function usage(): Pick<Computed, 'cpu' | 'voluntary' | 'involuntary'> {
  const status = readFileSync('/proc/self/status', 'utf8');
  const count = (name: string) =>
    Number(new RegExp(`^${name}_ctxt_switches:\\s*(\\d+)`, 'm').exec(status)?.[1]);
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1000, voluntary: count('voluntary'), involuntary: count('nonvoluntary') };
}

/** @param ms - milliseconds on a core */
export function compute(ms: number): Promise<Computed> {
  return whenTold((onCpu) => spin(ms, onCpu));
}

/** Computes a little, waits a little, so many times. @param ms - milliseconds, of each */
export function computeAndWait(rounds: number, computeMs: number, waitMs: number): Promise<Computed> {
  return whenTold(async (onCpu) => {
    for (let round = 0; round < rounds; round++) {
      spin(computeMs, onCpu);
      await sleep(waitMs);
    }
  });
}

/** What a script did: besides the computing, when it waited, and the turns that were cut short. */
export interface Performed extends Computed {
  readonly blocked: readonly Stretch[];
  readonly cutShort: readonly Stretch[];
}

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Computes and waits in turn, beginning with computing. @param steps - milliseconds of each */
export async function perform(...steps: readonly number[]): Promise<Performed> {
  const blocked: Stretch[] = [];
  const cutShort: Stretch[] = [];
  const computed = await whenTold((onCpu) => {
    for (const [index, ms] of steps.entries()) {
      if (index % 2 === 0) {
        const before = onCpu.length;
        spin(ms, onCpu);
        cutShort.push(...onCpu.slice(before, -1));
        continue;
      }
      const from = now();
      const until = from + ms;
      // As a process waits for a disk: the whole process. An event loop's timers are whole milliseconds only.
      Atomics.wait(cell, 0, 0, ms);
      // What is longer than was asked for, it was ready and had no core.
      blocked.push([from, Math.min(until, now())]);
    }
  });
  return { ...computed, blocked, cutShort };
}

/** Is there, in steps of a few milliseconds, until it is told a second time: asleep, or looking at the clock. */
function attend(step: (onCpu: Stretch[]) => Promise<unknown>): Promise<Computed> {
  return whenTold(async (onCpu) => {
    const told = { again: false };
    process.once('SIGUSR2', () => {
      told.again = true;
    });
    const limit = performance.now() + LIFETIME_MS;
    while (!told.again && performance.now() < limit) await step(onCpu);
  });
}

const STEP_MS = 5;

export function attendAsleep(): Promise<Computed> {
  return attend(() => sleep(STEP_MS));
}

export function attendAwake(): Promise<Computed> {
  return attend((onCpu) => {
    spin(STEP_MS, onCpu);
    return setImmediate();
  });
}
