/** Reports as text, for a terminal of 80 columns. */
import { type BuyerReport, keptPromise, type SaleReport } from './report.js';
import type { Phase } from './sale-event.js';

const BAR_COLUMNS = 44;
const LETTER: Readonly<Record<Phase, string>> = { waiting: '.', searching: 's', critical: '#' };
const MOST_VIOLATIONS_SHOWN = 5;
const MOST_BUYERS_SHOWN = 60;

/** One sale: its figures, every buyer's timeline, and the verdict. No line is longer than 80 columns. */
export function renderReport(report: SaleReport): string {
  const { load, wait } = report;
  const figures: [string, string | number, string, string][] = [
    ['tickets before', report.ticketsBefore, 'time', `${milliseconds(report.time)} ms`],
    ['sold', report.sold, 'purchases a second', report.purchasesPerSecond.toFixed(1)],
    ['left', report.left, 'wait, mean', wait === null ? '-' : `${milliseconds(wait.mean)} ms`],
    ['oversold', report.oversold, 'wait, p99', wait === null ? '-' : `${milliseconds(wait.p99)} ms`],
    ['sold twice', report.soldTwice, 'buyers served', String(report.served)],
    ['lost updates', report.lostUpdates, 'buyers refused', String(report.refused)],
    ['sold to others', report.soldToOthers, 'buyers killed', String(report.killed)],
  ];
  return [
    `${report.strategy}: ${plural(load.buyers, 'buyer')}, ${load.processes} at a time, thinking ${load.think[0]} to ${load.think[1]} ms, seed ${load.seed}`,
    '',
    ...figures.map(
      ([left, count, right, value]) =>
        `  ${left.padEnd(16)}${String(count).padStart(6)}      ${right.padEnd(18)}${value.padStart(12)}`,
    ),
    '',
    `  ${'buyer'.padEnd(11)}${'outcome'.padEnd(8)}${'ticket'.padStart(6)}  0 to ${milliseconds(report.time)} ms`,
    ...report.buyers.slice(0, MOST_BUYERS_SHOWN).map((buyer) => buyerLine(buyer, report.time)),
    ...(report.buyers.length > MOST_BUYERS_SHOWN
      ? [`  and ${report.buyers.length - MOST_BUYERS_SHOWN} more; --svg draws them, --json has them all.`]
      : []),
    '  s searching  . waiting  # in the critical section  x killed',
    '',
    ...verdict(report),
    '',
  ].join('\n');
}

/** Several sales, a line each. No line is longer than 80 columns. */
export function renderComparison(reports: readonly SaleReport[]): string {
  const heads = ['sold', 'left', 'over', 'lost', 'time ms', 'sales/s', 'wait ms', 'p99 ms'];
  const widths = [6, 6, 6, 6, 10, 9, 9, 9];
  const row = (name: string, cells: readonly string[]) =>
    `${name.slice(0, 14).padEnd(14)}${cells.map((cell, place) => cell.padStart(widths[place] ?? 8)).join('')}`;
  const first = reports[0];
  return [
    ...(first === undefined
      ? []
      : [
          `${plural(first.load.buyers, 'buyer')}, ${plural(first.ticketsBefore, 'ticket')}, thinking ${first.load.think[0]} to ${first.load.think[1]} ms, ${first.load.kill} killed, seed ${first.load.seed}`,
          '',
        ]),
    row('strategy', heads),
    ...reports.map((report) =>
      row(report.strategy, [
        String(report.sold),
        String(report.left),
        String(report.oversold),
        String(report.lostUpdates),
        milliseconds(report.time),
        report.purchasesPerSecond.toFixed(1),
        report.wait === null ? '-' : milliseconds(report.wait.mean),
        report.wait === null ? '-' : milliseconds(report.wait.p99),
      ]),
    ),
    '',
    ...reports.flatMap(verdict),
    '',
  ].join('\n');
}

function verdict(report: SaleReport): string[] {
  const { strategy, violations, promised } = report;
  if (violations.length === 0) {
    return [
      promised
        ? `${strategy}: the audit holds: nothing lost, nothing sold twice.`
        : `${strategy}: the audit holds, by luck: nothing kept the buyers apart.`,
    ];
  }
  const head = keptPromise(report)
    ? `${strategy}: wrong, as expected without anything that keeps the buyers apart:`
    : `${strategy}: THE AUDIT FAILED, though this strategy promises to be right:`;
  const shown = violations
    .slice(0, MOST_VIOLATIONS_SHOWN)
    .map(({ message }) => `  - ${shorten(message, 76)}`);
  const more = violations.length - shown.length;
  return [head, ...shown, ...(more > 0 ? [`  and ${more} more; --json has them all.`] : [])];
}

function buyerLine({ buyer, outcome, ticket, timeline }: BuyerReport, time: number): string {
  const scale = BAR_COLUMNS / Math.max(time, 1e-6);
  const cells = Array.from({ length: BAR_COLUMNS }, () => ' ');
  let last = -1;
  for (const { phase, start, end } of timeline) {
    const from = Math.min(BAR_COLUMNS - 1, Math.floor(start * scale));
    const to = Math.max(from + 1, Math.min(BAR_COLUMNS, Math.round(end * scale)));
    // What lasted less than a column still gets one, over what came before it.
    cells.fill(LETTER[phase], from, to);
    last = to - 1;
  }
  if (outcome === 'killed') cells[Math.max(0, last)] = 'x';
  return `  ${buyer.padEnd(11)}${outcome.padEnd(8)}${String(ticket ?? '-').padStart(6)}  ${cells.join('').trimEnd()}`;
}

function milliseconds(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function shorten(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}\u2026`;
}
