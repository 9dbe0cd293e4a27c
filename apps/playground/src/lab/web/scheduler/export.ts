/** Runs as files: a picture, and a trace that Perfetto opens. */
import type { Simulated } from './simulation.js';

/** One tick is shown as a millisecond, in the format's microseconds. */
const MICROSECONDS_A_TICK = 1000;

/** @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format) */
export function traceOf({ run, chart }: Simulated): string {
  const names = chart.rows.map(({ key }, index) => ({
    ph: 'M',
    name: 'thread_name',
    pid: 1,
    tid: index + 1,
    args: { name: key },
  }));
  const stretches = chart.rows.flatMap((row, index) =>
    row.stretches.map(({ from, to, paint }) => ({
      ph: 'X',
      name: paint,
      cat: run.policy,
      pid: 1,
      tid: index + 1,
      ts: from * MICROSECONDS_A_TICK,
      dur: (to - from) * MICROSECONDS_A_TICK,
    })),
  );
  const title = { ph: 'M', name: 'process_name', pid: 1, tid: 0, args: { name: run.policy } };
  return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: [title, ...names, ...stretches] });
}

const COLOURS: Readonly<Record<string, string>> = {
  running: '#2f6fde',
  ready: '#efb440',
  blocked: '#d4d9e2',
  overhead: '#6b7486',
  zombie: '#d14d8b',
};

const LABELS = 120;
const PLOT = 800;
const ROW = 26;

/** Stands alone: no font, no style from elsewhere. */
export function svgOf({ chart, run }: Simulated, title: string): string {
  const scale = PLOT / chart.to;
  const height = 40 + chart.rows.length * ROW + 30;
  const text = (x: number, y: number, content: string, more = '') =>
    `<text x="${x}" y="${y}" font-family="sans-serif" font-size="13" fill="#4a5365" ${more}>${escaped(content)}</text>`;
  const rows = chart.rows.flatMap((row, index) => {
    const top = 40 + index * ROW;
    return [
      text(10, top + 17, row.key),
      ...row.stretches.map(({ from, to, paint }) => {
        const tall = paint === 'blocked' ? 5 : paint === 'ready' ? 9 : 17;
        return `<rect x="${round(LABELS + from * scale)}" y="${top + 21 - tall}" width="${round((to - from) * scale)}" height="${tall}" fill="${COLOURS[paint]}"><title>${escaped(`${row.key}: ${paint}, ${from} – ${to}`)}</title></rect>`;
      }),
    ];
  });
  const foot = height - 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LABELS + PLOT + 20} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(10, 24, title, 'font-weight="600"'),
    ...rows,
    text(LABELS, foot, '0'),
    text(LABELS + PLOT, foot, String(run.metrics.makespan), 'text-anchor="end"'),
    '</svg>',
  ].join('\n');
}

const round = (value: number): number => Math.round(value * 100) / 100;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

export function download(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
