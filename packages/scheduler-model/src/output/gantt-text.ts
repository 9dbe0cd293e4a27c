// A run as lines of text: a row a process, a column a tick (or several), read off the trace alone.

import type { Run } from '../simulation.js';
import { requireInteger } from '../validate.js';
import { MARK_NAMES, type Mark, type Span, spansByProcess } from './spans.js';

/** How to draw a chart. */
export interface GanttTextOptions {
  /**
   * The most columns the time axis may take; a longer run gets several ticks a column.
   *
   * @defaultValue 80
   */
  readonly width?: number | undefined;
}

const MARKS: Readonly<Record<Mark, string>> = {
  running: '#',
  switching: '+',
  blocked: '-',
  zombie: 'z',
  ready: '.',
};

/**
 * Draws a run as text. On several cores a running process shows the number of its core instead of `#`
 * (10 and up as letters). A column of several ticks shows what most of them were.
 *
 * @param run - what `simulate` returned
 * @returns lines, each ended by a newline
 * @throws {@link InvalidInputError} if `width` is not an integer of 1 or more
 */
export function renderGanttText(run: Run, options: GanttTextOptions = {}): string {
  const width = requireInteger('renderGanttText(options).width', options.width ?? 80, 1);
  const { makespan } = run.metrics;
  const scale = Math.max(1, Math.ceil(makespan / width));
  const columns = Math.ceil(makespan / scale);
  const spans = spansByProcess(run.trace, run.processes.length, makespan);
  const margin = Math.max(0, ...run.processes.map(({ name }) => name.length));
  const { cores, unit } = run.machine;
  const lines = [
    `${run.policy}, ${cores} ${cores === 1 ? 'core' : 'cores'}, time in ${unit}${scale > 1 ? `, ${scale} a column` : ''}`,
    `${' '.repeat(margin)}  ${axis(columns, scale)}`,
    ...run.processes.map(({ name }, i) => {
      return `${name.padEnd(margin)}  ${row(spans[i] as Span[], columns, scale, cores)}`;
    }),
    legend(cores, spans),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function row(spans: readonly Span[], columns: number, scale: number, cores: number): string {
  let text = '';
  let first = 0;
  for (let column = 0; column < columns; column++) {
    const [from, to] = [column * scale, (column + 1) * scale];
    while ((spans[first]?.to ?? Infinity) <= from) first++;
    const filled = { running: 0, switching: 0, blocked: 0, zombie: 0, ready: 0 };
    let runningOn: number | undefined;
    for (let i = first; (spans[i]?.from ?? Infinity) < to; i++) {
      const span = spans[i] as Span;
      filled[span.mark] += Math.min(span.to, to) - Math.max(span.from, from);
      if (span.mark === 'running') runningOn ??= span.core;
    }
    const most = MARK_NAMES.reduce((best, mark) => (filled[mark] > filled[best] ? mark : best));
    if (filled[most] === 0) text += ' ';
    else text += most === 'running' && cores > 1 ? coreMark(runningOn) : MARKS[most];
  }
  return text;
}

function coreMark(core: number | undefined): string {
  return core !== undefined && core < 36 ? core.toString(36) : MARKS.running;
}

/** The time above every tenth column, or as many columns apart as the longest number needs. */
function axis(columns: number, scale: number): string {
  const longest = String(columns * scale).length;
  const step = Math.ceil((longest + 1) / 10) * 10;
  let text = '';
  for (let column = 0; column <= columns; column += step) text += String(column * scale).padEnd(step);
  return text;
}

function legend(cores: number, spans: readonly (readonly Span[])[]): string {
  const running = cores === 1 ? `${MARKS.running} running` : '0-9 running on that core';
  const { switching, blocked, zombie, ready } = MARKS;
  const hasZombie = spans.some((list) => list.some(({ mark }) => mark === 'zombie'));
  const ended = hasZombie ? `  ${zombie} zombie` : '';
  return `${running}  ${switching} switching in  ${blocked} blocked${ended}  ${ready} ready`;
}
