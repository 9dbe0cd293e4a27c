/**
 * Sales as one picture: a panel each, on one scale of time, with a row for every buyer.
 *
 * Stands alone: no script, no font, no file beside it; follows the reader's light or dark theme. Pure.
 */
import { type BuyerReport, keptPromise, type SaleReport } from './report.js';
import type { Phase } from './sale-event.js';

const WIDTH = 960;
const MARGIN = 24;
const LABEL_WIDTH = 86;
const OUTCOME_WIDTH = 104;
const PLOT_LEFT = MARGIN + LABEL_WIDTH;
const PLOT_WIDTH = WIDTH - MARGIN - OUTCOME_WIDTH - PLOT_LEFT;
const HEAD_HEIGHT = 56;
const PANEL_HEAD = 40;
const PANEL_GAP = 22;
const AXIS_HEIGHT = 34;
/** Names beside rows thinner than this could not be read. */
const LEAST_NAMED_ROW = 12;
const MOST_ROWS = 240;

/** Colours that differ in lightness too, so that they are told apart without colour vision. */
const STYLE = `
  svg { --paper: #ffffff; --ink: #1d2330; --faint: #69707f; --rule: #e3e6ec; --searching: #9cc3ee; --waiting: #e9ebf0; --critical: #d9731a; --wrong: #b3261e; --right: #1c7c4a; }
  @media (prefers-color-scheme: dark) { svg { --paper: #14171d; --ink: #e7eaf0; --faint: #9aa2b1; --rule: #2b303a; --searching: #2f6aa8; --waiting: #2a2f39; --critical: #f09a4a; --wrong: #ff8a80; --right: #62c98f; } }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink); }
  .title { font-size: 16px; font-weight: 600; }
  .strategy { font-size: 14px; font-weight: 600; }
  .faint { fill: var(--faint); }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .wrong { fill: var(--wrong); }
  .right { fill: var(--right); }
  .rule { stroke: var(--rule); }
  .searching { fill: var(--searching); }
  .waiting { fill: var(--waiting); }
  .critical { fill: var(--critical); }
  .killed { stroke: var(--wrong); stroke-width: 2; }
`;

/**
 * Draws one sale, or several above each other.
 *
 * @param reports - of one load, as {@link compareStrategies} gives them, or a single one
 * @returns the text of an SVG file
 */
export function renderSaleSvg(reports: readonly SaleReport[]): string {
  const time = Math.max(1, ...reports.map((report) => report.time));
  const step = stepOf(time);
  const scale = PLOT_WIDTH / time;
  const panels: string[] = [];
  let top = HEAD_HEIGHT;
  for (const report of reports) {
    const { text, height } = panel(report, top, scale);
    panels.push(text);
    top += height + PANEL_GAP;
  }
  const bottom = top - PANEL_GAP;
  const height = bottom + AXIS_HEIGHT;
  const ticks = Array.from({ length: Math.floor(time / step) + 1 }, (_, index) => index * step);
  const title = reports[0] === undefined ? 'No sale' : titleOf(reports[0]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${px(height)}" width="${WIDTH}" height="${px(height)}" role="img" aria-label="${escape(`${title}. ${reports.map(summaryOf).join(' ')}`)}">`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${px(height)}" style="fill: var(--paper)"/>`,
    `<text class="title" x="${MARGIN}" y="30">${escape(title)}</text>`,
    legend(),
    ...ticks.map((at) => {
      const x = px(PLOT_LEFT + at * scale);
      return (
        `<line class="rule" x1="${x}" x2="${x}" y1="${HEAD_HEIGHT}" y2="${px(bottom + 4)}"/>` +
        `<text class="faint middle" x="${x}" y="${px(bottom + 20)}">${at.toLocaleString('en')}${at === 0 ? ' ms' : ''}</text>`
      );
    }),
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function titleOf({ load, ticketsBefore }: SaleReport): string {
  const think = `thinking ${load.think[0]} to ${load.think[1]} ms`;
  const killed = load.kill === 0 ? '' : `, ${load.kill} killed`;
  return `${load.buyers} ${load.buyers === 1 ? 'buyer' : 'buyers'}, ${ticketsBefore} ${ticketsBefore === 1 ? 'ticket' : 'tickets'}, ${think}${killed}`;
}

function summaryOf(report: SaleReport): string {
  const { strategy, sold, oversold, lostUpdates, time } = report;
  const wrong = oversold + lostUpdates > 0 ? `, ${oversold} too many, ${lostUpdates} overwritten` : '';
  return `${strategy}: ${sold} sold in ${time.toFixed(0)} ms${wrong}.`;
}

function legend(): string {
  const entries: readonly [Phase, string][] = [
    ['searching', 'searching'],
    ['waiting', 'waiting'],
    ['critical', 'in the critical section'],
  ];
  let x = WIDTH - MARGIN - 372;
  const parts = entries.map(([phase, words]) => {
    const text = `<rect class="${phase}" x="${x}" y="20" width="12" height="12" rx="2"/><text x="${x + 17}" y="30">${words}</text>`;
    x += phase === 'critical' ? 158 : 86;
    return text;
  });
  parts.push(cross(x + 6, 26), `<text x="${x + 17}" y="30">killed</text>`);
  return parts.join('');
}

function panel(
  report: SaleReport,
  top: number,
  scale: number,
): { readonly text: string; readonly height: number } {
  const rows = rowsOf(report.buyers);
  const pitch = rows.length <= 24 ? 18 : rows.length <= 80 ? 8 : 3;
  const isRight = report.violations.length === 0;
  const left = rows.length < report.buyers.length ? ` (${rows.length} of them drawn)` : '';
  const head = [
    `<text class="strategy" x="${MARGIN}" y="${px(top + 22)}">${escape(report.strategy)}</text>`,
    `<text class="faint" x="${PLOT_LEFT}" y="${px(top + 22)}">${escape(
      `${report.sold} sold, ${report.left} left, ${report.purchasesPerSecond.toFixed(1)} a second${left}`,
    )}</text>`,
    `<text class="end ${isRight ? 'right' : 'wrong'}" x="${WIDTH - MARGIN}" y="${px(top + 22)}">${escape(verdictOf(report))}</text>`,
    `<line class="rule" x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${px(top + 2)}" y2="${px(top + 2)}"/>`,
  ];
  const body = rows.map((buyer, index) => row(buyer, top + PANEL_HEAD + index * pitch, pitch, scale));
  return {
    text: `<g>${[...head, ...body].join('\n')}</g>`,
    height: PANEL_HEAD + rows.length * pitch + 4,
  };
}

function verdictOf(report: SaleReport): string {
  if (report.violations.length === 0) return report.promised ? 'the audit holds' : 'the audit holds, by luck';
  const what = [
    report.oversold > 0 ? `${report.oversold} sold too many` : '',
    report.lostUpdates > 0 ? `${report.lostUpdates} overwritten` : '',
  ].filter((part) => part !== '');
  const head = what.join(', ') || `${report.violations.length} found wrong`;
  return keptPromise(report) ? head : `${head}, against its promise`;
}

/** All, or as many as can be seen, spread evenly. */
function rowsOf(buyers: readonly BuyerReport[]): readonly BuyerReport[] {
  if (buyers.length <= MOST_ROWS) return buyers;
  return Array.from(
    { length: MOST_ROWS },
    (_, index) => buyers[Math.floor((index * buyers.length) / MOST_ROWS)] as BuyerReport,
  );
}

function row(buyer: BuyerReport, top: number, pitch: number, scale: number): string {
  const isNamed = pitch >= LEAST_NAMED_ROW;
  const height = isNamed ? pitch - 6 : pitch - 1;
  const x = (at: number) => PLOT_LEFT + at * scale;
  const bars = buyer.timeline.map(({ phase, start, end }) => {
    const width = Math.max((end - start) * scale, 0.5);
    return `<rect class="${phase}" x="${px(x(start))}" y="${px(top)}" width="${px(width)}" height="${height}"><title>${escape(`${buyer.buyer}: ${phase}, ${start.toFixed(1)} to ${end.toFixed(1)} ms`)}</title></rect>`;
  });
  const end = buyer.timeline.at(-1)?.end ?? 0;
  if (buyer.outcome === 'killed') bars.push(cross(x(end), top + height / 2, Math.min(4, height / 2)));
  if (!isNamed) return bars.join('');
  const baseline = px(top + height - 2);
  const outcome =
    buyer.ticket !== null ? `ticket ${buyer.ticket}` : buyer.outcome === 'killed' ? 'killed' : 'none left';
  return [
    `<text class="faint" x="${MARGIN}" y="${baseline}">${escape(buyer.buyer)}</text>`,
    ...bars,
    `<text class="end${buyer.ticket === null ? ' faint' : ''}" x="${WIDTH - MARGIN}" y="${baseline}">${outcome}</text>`,
  ].join('');
}

function cross(x: number, y: number, half = 4): string {
  const path = `M${px(x - half)} ${px(y - half)}L${px(x + half)} ${px(y + half)}M${px(x - half)} ${px(y + half)}L${px(x + half)} ${px(y - half)}`;
  return `<path class="killed" d="${path}"/>`;
}

/** A round step that gives about eight ticks. */
function stepOf(time: number): number {
  const rough = time / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  return Math.max(1, step);
}

/** A hundredth of a pixel is enough. */
function px(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
