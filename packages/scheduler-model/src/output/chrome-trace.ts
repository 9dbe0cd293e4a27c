// A run in the Trace Event Format that Perfetto and Chrome open: a track for each core, which shows who
// had it, and one for each process, which shows its states.

import type { Run } from '../simulation.js';
import { spansByProcess } from './spans.js';
import { microseconds } from './units.js';

/** One event of the format; times in microseconds. */
export interface ChromeTraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M' | 'i';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly s?: 't';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** A file of the format. */
export interface ChromeTrace {
  readonly traceEvents: readonly ChromeTraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string | number>>;
}

const CORES = 1;
const PROCESSES = 2;

/**
 * A run as Chrome trace JSON: `JSON.stringify` it into a file and open that in https://ui.perfetto.dev.
 * Ticks count as microseconds unless the machine's unit says what they are (`ns`, `µs`, `ms`, `s`).
 *
 * @param run - what `simulate` returned, with a full trace
 * @see "Trace Event Format", Google
 */
export function toChromeTrace(run: Run): ChromeTrace {
  const scale = microseconds(run.machine.unit);
  const name = (
    of: 'process_name' | 'thread_name',
    pid: number,
    tid: number,
    text: string,
  ): ChromeTraceEvent => ({
    name: of,
    ph: 'M',
    pid,
    tid,
    ts: 0,
    args: { name: text },
  });
  const order = (pid: number, tid: number, index: number): ChromeTraceEvent => ({
    name: 'thread_sort_index',
    ph: 'M',
    pid,
    tid,
    ts: 0,
    args: { sort_index: index },
  });
  const events: ChromeTraceEvent[] = [
    name('process_name', CORES, 0, `cores, ${run.policy}`),
    name('process_name', PROCESSES, 0, 'processes'),
  ];
  for (let core = 0; core < run.machine.cores; core++) {
    events.push(name('thread_name', CORES, core + 1, `core ${core}`), order(CORES, core + 1, core));
  }
  const spans = spansByProcess(run.trace, run.processes.length, run.metrics.makespan);
  for (const [index, process] of run.processes.entries()) {
    events.push(
      name('thread_name', PROCESSES, process.pid, process.name),
      order(PROCESSES, process.pid, index),
    );
    for (const { mark, core, from, to } of spans[index] ?? []) {
      const time = { ts: from * scale, dur: (to - from) * scale };
      const args = core === undefined ? {} : { args: { core } };
      events.push({ name: mark, ph: 'X', cat: 'state', pid: PROCESSES, tid: process.pid, ...time, ...args });
      if (core === undefined || (mark !== 'running' && mark !== 'switching')) continue;
      const label = mark === 'running' ? process.name : `switching to ${process.name}`;
      events.push({
        name: label,
        ph: 'X',
        cat: mark,
        pid: CORES,
        tid: core + 1,
        ...time,
        args: { pid: process.pid },
      });
    }
  }
  return {
    traceEvents: events,
    displayTimeUnit: 'ms',
    otherData: { policy: run.policy, unit: run.machine.unit, seed: run.seed },
  };
}
