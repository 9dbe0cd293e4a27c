// A trace as stretches of a state, by process: what every picture is drawn from.

import { isStateless } from '../process-state.js';
import type { Trace } from '../trace.js';

/** What a stretch shows. By precedence: of two that fill a place equally, the first is shown. */
export const MARK_NAMES = ['running', 'switching', 'blocked', 'zombie', 'ready'] as const;
export type Mark = (typeof MARK_NAMES)[number];

/** A stretch of one state. */
export interface Span {
  readonly mark: Mark;
  readonly core: number | undefined;
  readonly from: number;
  readonly to: number;
}

/** By process, in order of time; what takes no time is left out. */
export function spansByProcess(trace: Trace, processes: number, end: number): Span[][] {
  const spans: Span[][] = Array.from({ length: processes }, () => []);
  const open = new Map<number, Omit<Span, 'to'>>();
  const close = (pid: number, to: number): void => {
    const span = open.get(pid);
    if (span !== undefined && span.from < to) join(spans[pid - 1] as Span[], { ...span, to });
    open.delete(pid);
  };
  for (const { time, pid, core, to, reason } of trace) {
    if (isStateless(reason)) continue;
    close(pid, time);
    if (to === 'new' || to === 'terminated') continue;
    open.set(pid, { mark: reason === 'switch-in' ? 'switching' : to, core, from: time });
  }
  for (const pid of open.keys()) close(pid, end);
  return spans;
}

/** Two stretches alike that meet are one: a slice that ends with nobody else waiting changes nothing. */
function join(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  const isSame =
    last !== undefined &&
    last.to === span.from &&
    last.mark === span.mark &&
    (span.mark !== 'running' || last.core === span.core);
  if (isSame) spans[spans.length - 1] = { ...last, to: span.to };
  else spans.push(span);
}
