// A trace as stretches of running: who had which core from when to when.

import type { TransitionReason } from './process-state.js';
import type { Trace } from './trace.js';

/** A process on a core, without a break. */
export interface Slice {
  readonly pid: number;
  readonly core: number;
  readonly from: number;
  readonly to: number;
  /** Why it ended; undefined if it had not when the trace ended. */
  readonly end: TransitionReason | undefined;
}

/** The slices of a trace, in the order in which they began. */
export function slicesOf(trace: Trace): Slice[] {
  const slices: { -readonly [Key in keyof Slice]: Slice[Key] }[] = [];
  const open = new Map<number, number>();
  for (const { time, pid, core, from, to, reason } of trace) {
    if (reason === 'dispatch') {
      open.set(pid, slices.push({ pid, core: core ?? 0, from: time, to: time, end: undefined }) - 1);
    } else if (from === 'running' && to !== 'running') {
      const slice = slices[open.get(pid) ?? -1];
      open.delete(pid);
      if (slice !== undefined) Object.assign(slice, { to: time, end: reason });
    }
  }
  const last = trace.at(trace.length - 1)?.time ?? 0;
  for (const index of open.values()) Object.assign(slices[index] as object, { to: last });
  return slices;
}
