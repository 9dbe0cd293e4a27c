/**
 * What the model says of a workload, what the machine did, and how far apart they are. Pure.
 *
 * The model's machine has nothing else to do, the real one has. So an error is taken without the time that a process
 * was ready and none of them had the core: then other programs had it.
 */
import { cpu, io, predict } from 'scheduler-model';
import { type Stretch as Interval, overlap, total, union } from '../../../on-cpu.js';
import type { MeasuredProcess, RealProcess } from '../../protocol.js';
import { chartOf } from '../scheduler/simulation.js';
import { Chart, Row } from '../timeline/chart.js';

/** The model's ticks are microseconds here, the page's milliseconds. */
const MS_A_TICK = 1 / 1000;

export interface Side {
  readonly chart: Chart;
  /** Milliseconds until each has ended, in the workload's order. */
  readonly ends: readonly number[];
  /** How often each gave its core up or lost it. */
  readonly switches: readonly number[];
}

/** By the model's preset for Linux, on one core. @param online - cores of the machine: Linux makes slices by it */
export function predictSide(processes: readonly RealProcess[], online: number): Side {
  const { run, processes: predicted } = predict(
    processes.map(({ name, steps }) => ({
      name,
      script: steps.map((ms, index) => (index % 2 === 0 ? cpu(ms) : io(ms))),
    })),
    { cores: 1, online },
  );
  return {
    chart: chartOf(run, MS_A_TICK),
    ends: predicted.map(({ turnaround }) => turnaround),
    switches: predicted.map(
      ({ voluntarySwitches, involuntarySwitches }) => voluntarySwitches + involuntarySwitches,
    ),
  };
}

export interface Measured extends Side {
  /** Milliseconds until each has ended, less what other programs took while it was ready. */
  readonly undisturbed: readonly number[];
  /** Milliseconds that other programs had the core although one of these was ready. */
  readonly taken: number;
}

export function readMeasured(measured: readonly MeasuredProcess[]): Measured {
  const chart = new Chart();
  const taken = takenByOthers(measured);
  for (const { name, pid, end, running, blocked } of measured) {
    const row = new Row(name, () => name, String(pid));
    const known = [
      ...running.map(([from, to]) => ({ from, to, paint: 'running' as const })),
      ...blocked.map(([from, to]) => ({ from, to, paint: 'blocked' as const })),
    ].toSorted((one, other) => one.from - other.from);
    let at = 0;
    for (const stretch of known) {
      if (stretch.from > at) row.stretches.push({ from: at, to: stretch.from, paint: 'ready' });
      row.stretches.push(stretch);
      at = Math.max(at, stretch.to);
    }
    if (end > at) row.stretches.push({ from: at, to: end, paint: 'ready' });
    chart.rows.push(row);
    chart.to = Math.max(chart.to, end);
  }
  return {
    chart,
    taken: total(taken),
    ends: measured.map(({ end }) => end),
    switches: measured.map(({ voluntary, involuntary }) => voluntary + involuntary),
    undisturbed: measured.map((each) => each.end - overlap(taken, readyOf(each))),
  };
}

/** When it had neither the core nor anything to wait for. */
function readyOf({ end, running, blocked }: MeasuredProcess): Interval[] {
  return without([[0, end]], union([running, blocked]));
}

/** When one was ready and none was on the core. */
export function takenByOthers(measured: readonly MeasuredProcess[]): Interval[] {
  return without(union(measured.map(readyOf)), union(measured.map(({ running }) => running)));
}

/** What of some stretches no other one covers; both in order and not overlapping. */
export function without(stretches: readonly Interval[], covers: readonly Interval[]): Interval[] {
  return stretches.flatMap(([from, to]) => {
    const left: Interval[] = [];
    let at = from;
    for (const [coverFrom, coverTo] of covers) {
      if (coverTo <= at || coverFrom >= to) continue;
      if (coverFrom > at) left.push([at, coverFrom]);
      at = Math.max(at, coverTo);
    }
    if (at < to) left.push([at, to]);
    return left;
  });
}
