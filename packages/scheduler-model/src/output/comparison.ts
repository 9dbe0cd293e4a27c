// A comparison as a table and as bars.

import type { Comparison } from '../compare.js';
import type { RunMetrics } from '../metrics.js';
import { COLOURS, escaped, FAINT, INK, LINE, px, shortened, shown, svg } from './svg.js';

/** What is compared; less is better, save for the last two. */
const COLUMNS: readonly {
  readonly name: string;
  readonly of: (metrics: RunMetrics) => number;
  readonly isMoreBetter?: boolean;
}[] = [
  { name: 'makespan', of: (metrics) => metrics.makespan },
  { name: 'mean turnaround', of: (metrics) => metrics.meanTurnaround },
  { name: 'mean response', of: (metrics) => metrics.meanResponse },
  { name: 'mean waiting', of: (metrics) => metrics.meanWaiting },
  { name: 'switches', of: (metrics) => metrics.contextSwitches },
  { name: 'utilization', of: (metrics) => metrics.utilization, isMoreBetter: true },
  { name: 'fairness', of: (metrics) => metrics.fairness, isMoreBetter: true },
];

/** Two digits after the point where there is something to tell. */
const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));

/** A comparison as lines of text, a row a variant. */
export function renderComparisonText({ runs }: Comparison): string {
  const rows = [
    ['', ...COLUMNS.map(({ name }) => name)],
    ...runs.map(({ name, run }) => [
      run.outcome === 'completed' ? name : `${name} (stalled)`,
      ...COLUMNS.map(({ of }) => figure(of(run.metrics))),
    ]),
  ];
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      );
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

const LEFT = 150;
const ROW = 20;
const PANEL = 250;

/** A comparison as SVG: a panel a figure, a bar a variant, the best of each marked. */
export function renderComparisonSvg({ runs }: Comparison): string {
  const perLine = 3;
  const panelHeight = runs.length * ROW + 48;
  const lines = Math.ceil(COLUMNS.length / perLine);
  const width = 16 + perLine * (PANEL + 16) + LEFT - 40;
  const height = 40 + lines * panelHeight;
  const parts = [
    `<text x="16" y="26" font-size="16" font-weight="600" fill="${INK}">${runs.length} variants compared</text>`,
  ];
  for (const [index, { name, of, isMoreBetter = false }] of COLUMNS.entries()) {
    const column = index % perLine;
    // Names stand once, before the first panel of a line.
    const x = column === 0 ? LEFT : LEFT + column * (PANEL + 16);
    const y = 60 + Math.floor(index / perLine) * panelHeight;
    const values = runs.map(({ run }) => of(run.metrics));
    const largest = Math.max(...values, isMoreBetter ? 1 : 0);
    const best = isMoreBetter ? Math.max(...values) : Math.min(...values);
    const direction = isMoreBetter ? 'more is better' : 'less is better';
    parts.push(
      `<text x="${x}" y="${y}" font-size="13" font-weight="600" fill="${INK}">${name} <tspan font-weight="400" font-size="11" fill="${FAINT}">${direction}</tspan></text>`,
      `<line x1="${x}" x2="${x}" y1="${y + 8}" y2="${y + 12 + runs.length * ROW}" stroke="${LINE}"/>`,
    );
    for (const [row, value] of values.entries()) {
      const top = y + 12 + row * ROW;
      const length = largest === 0 ? 0 : (value / largest) * (PANEL - 76);
      const isBest = value === best && values.some((other) => other !== best);
      if (column === 0) {
        parts.push(
          `<text x="${LEFT - 10}" y="${top + 12}" font-size="12" text-anchor="end" fill="${INK}">${escaped(shortened(runs[row]?.name ?? '', 18))}</text>`,
        );
      }
      parts.push(
        `<rect x="${x}" y="${top + 2}" width="${px(Math.max(1, length))}" height="${ROW - 7}" rx="2" fill="${isBest ? COLOURS.running : '#9fb3c8'}"/>`,
        `<text x="${px(x + Math.max(1, length) + 6)}" y="${top + 12}" font-size="11" fill="${INK}"${isBest ? ' font-weight="600"' : ''}>${shown(value)}</text>`,
      );
    }
  }
  return svg(width, height, 'Comparison', parts);
}
