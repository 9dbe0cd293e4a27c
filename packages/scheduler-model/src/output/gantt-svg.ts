// A run as a picture: a row a core that shows who had it, a row a process that shows its state. Stretches
// that share a pixel column are drawn as the one that fills most of it, so that a long run of many
// processes is a picture of a bounded size.

import type { Run } from '../simulation.js';
import { requireInteger } from '../validate.js';
import { MARK_NAMES, type Mark, type Span, spansByProcess } from './spans.js';
import { COLOURS, escaped, FAINT, INK, LINE, px, roundSteps, shortened, shown, svg } from './svg.js';

/** How to draw a chart. */
export interface GanttSvgOptions {
  /**
   * Pixels from edge to edge.
   *
   * @defaultValue 960
   */
  readonly width?: number | undefined;
  /** Above the chart. @defaultValue policy, cores and unit */
  readonly title?: string | undefined;
}

const MARGIN = 16;
const TITLE = 46;
const LEGEND = 34;
const WORDS: Readonly<Record<Mark, string>> = {
  running: 'running',
  switching: 'switching in',
  blocked: 'blocked',
  zombie: 'zombie',
  ready: 'ready',
};

/** Hues of processes on the rows of cores; neighbours in the list differ well. */
const HUES = ['#0072b2', '#a66b00', '#00805e', '#cc79a7', '#3987b8', '#d55e00', '#6a51a3', '#8c6d31'];

/**
 * Draws a run as SVG: states by colour, with a legend, switches and idle time, for 3 processes as for 300.
 *
 * @param run - what `simulate` returned, with a full trace
 * @throws {@link InvalidInputError} if `width` is not an integer of 200 or more
 */
export function renderGanttSvg(run: Run, options: GanttSvgOptions = {}): string {
  const width = requireInteger('renderGanttSvg(options).width', options.width ?? 960, 200);
  const { machine, metrics, processes } = run;
  const { makespan } = metrics;
  const spans = spansByProcess(run.trace, processes.length, makespan);
  const row = rowHeight(processes.length);
  const coreRow = machine.cores <= 16 ? 22 : 8;
  const nameRoom = Math.max(0, ...processes.map(({ name }) => Math.min(name.length, 16)));
  const left = MARGIN + Math.max(52, nameRoom * 7 + 10);
  const plot = width - left - MARGIN;
  const x = (time: number): number => left + (makespan === 0 ? 0 : (time / makespan) * plot);
  const coresTop = TITLE + 6;
  const top = coresTop + machine.cores * coreRow + 14;
  const bottom = top + processes.length * row;
  const height = bottom + 26 + LEGEND;

  const cores = machine.cores === 1 ? '1 core' : `${machine.cores} cores`;
  const title = options.title ?? `${run.policy} on ${cores}`;
  const summary = [
    `${shown(makespan)} ${machine.unit}`,
    `${Math.round(metrics.utilization * 100)} % used`,
    `${shown(metrics.contextSwitches)} switches`,
    ...(run.outcome === 'stalled' ? [`stalled: ${run.stalledBy ?? 'not over yet'}`] : []),
  ].join(' · ');
  const parts = [
    `<text x="${MARGIN}" y="24" font-size="16" font-weight="600" fill="${INK}">${escaped(title)}</text>`,
    `<text x="${MARGIN}" y="41" font-size="12" fill="${FAINT}">${escaped(summary)}</text>`,
    ...axis(makespan, x, coresTop, bottom, plot),
    ...coreRows(run, spans, { x, left, top: coresTop, row: coreRow, plot }),
    ...processRows(run, spans, { x, left, top, row, plot }),
    ...legend(spans, height - LEGEND + 14),
  ];
  return svg(width, height, `${title}: ${summary}`, parts);
}

/** With many processes a hue each is only noise: then what tells is where a core was idle or switching. */
const hueOf = (pid: number, processes: number): string =>
  processes > 24 ? COLOURS.running : (HUES[(pid - 1) % HUES.length] as string);

interface Area {
  readonly x: (time: number) => number;
  readonly left: number;
  readonly top: number;
  readonly row: number;
  readonly plot: number;
}

const rowHeight = (processes: number): number =>
  processes <= 12 ? 22 : processes <= 40 ? 14 : processes <= 120 ? 8 : processes <= 400 ? 4 : 2;

function axis(end: number, x: (time: number) => number, top: number, bottom: number, plot: number): string[] {
  return roundSteps(end, plot / 80).flatMap((time) => [
    `<line x1="${px(x(time))}" x2="${px(x(time))}" y1="${top}" y2="${px(bottom + 4)}" stroke="${LINE}"/>`,
    `<text x="${px(x(time))}" y="${px(bottom + 18)}" font-size="11" text-anchor="middle" fill="${FAINT}">${shown(time)}</text>`,
  ]);
}

/** Who had each core; names where there is room, gaps where it was idle. */
function coreRows(run: Run, spans: readonly (readonly Span[])[], area: Area): string[] {
  const { cores } = run.machine;
  const byCore: { pid: number; span: Span }[][] = Array.from({ length: cores }, () => []);
  for (const [index, list] of spans.entries()) {
    for (const span of list) {
      if (span.core === undefined || (span.mark !== 'running' && span.mark !== 'switching')) continue;
      byCore[span.core]?.push({ pid: index + 1, span });
    }
  }
  return byCore.flatMap((list, core) => {
    const y = area.top + core * area.row;
    const label =
      area.row >= 12
        ? [
            `<text x="${px(area.left - 8)}" y="${px(y + area.row / 2 + 3)}" font-size="11" text-anchor="end" fill="${FAINT}">core ${core}</text>`,
          ]
        : [];
    const idle = `<rect x="${px(area.left)}" y="${px(y + 1)}" width="${px(area.plot)}" height="${px(area.row - 2)}" fill="#f5f7fa"/>`;
    const ordered = list.toSorted((a, b) => a.span.from - b.span.from);
    const painted = paint(
      ordered.map(({ pid, span }) => ({
        span,
        colour: span.mark === 'switching' ? COLOURS.switching : hueOf(pid, run.processes.length),
      })),
      area,
      y,
    );
    const names = ordered.flatMap(({ pid, span }) => {
      const name = run.processes[pid - 1]?.name ?? '';
      const room = area.x(span.to) - area.x(span.from);
      if (area.row < 12 || span.mark !== 'running' || room < name.length * 6.6 + 4) return [];
      const middle = (area.x(span.to) + area.x(span.from)) / 2;
      return [
        `<text x="${px(middle)}" y="${px(y + area.row / 2 + 4)}" font-size="11" text-anchor="middle" fill="#fff">${escaped(name)}</text>`,
      ];
    });
    return [...label, idle, ...draw(painted, area.row), ...names];
  });
}

function processRows(run: Run, spans: readonly (readonly Span[])[], area: Area): string[] {
  // With many rows only some names have room.
  const every = Math.ceil(12 / area.row);
  const boxes: Box[] = [];
  const parts = run.processes.flatMap(({ name, completion }, index) => {
    const y = area.top + index * area.row;
    boxes.push(
      ...paint(
        (spans[index] ?? []).map((span) => ({ span, colour: COLOURS[span.mark] })),
        area,
        y,
      ),
    );
    const label = `<text x="${px(area.left - 8)}" y="${px(y + Math.max(area.row, 8) / 2 + 4)}" font-size="${area.row >= 14 ? 12 : 10}" text-anchor="end" fill="${INK}">${escaped(shortened(name, 16))}</text>`;
    const end =
      completion === undefined || area.row < 14
        ? ''
        : `<line x1="${px(area.x(completion))}" x2="${px(area.x(completion))}" y1="${px(y + 1)}" y2="${px(y + area.row - 1)}" stroke="${INK}" stroke-width="2"/>`;
    return [index % every === 0 ? label : '', end].filter((part) => part !== '');
  });
  return [...draw(boxes, area.row), ...parts];
}

interface Painted {
  readonly span: Span;
  readonly colour: string;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
}

/** Thin rows as one path a colour: a tag for each box would make most of the file. */
function draw(boxes: readonly Box[], row: number): string[] {
  if (row >= 14) {
    return boxes.map(({ x, y, width, height, colour }) => {
      const corner = width > 3 ? ' rx="2"' : '';
      return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${colour}"${corner}/>`;
    });
  }
  const paths = new Map<string, string[]>();
  for (const { x, y, width, height, colour } of boxes) {
    const path = paths.get(colour) ?? [];
    path.push(`M${px(x)} ${px(y)}h${px(width)}v${px(height)}h-${px(width)}z`);
    paths.set(colour, path);
  }
  return [...paths].map(([colour, path]) => `<path fill="${colour}" d="${path.join('')}"/>`);
}

/**
 * Boxes for stretches in order of time. Those wider than a pixel are drawn as they are; of those
 * that share one, the state that fills most of it is.
 */
function paint(stretches: readonly Painted[], { x, row }: Area, y: number): Box[] {
  const columns: { from: number; to: number; colour: string; mark: Mark }[] = [];
  let pixel = -1;
  const filled = new Map<string, { length: number; mark: Mark }>();
  const flush = (): void => {
    let best: [string, { length: number; mark: Mark }] | undefined;
    for (const entry of filled) {
      const isBetter =
        best === undefined ||
        entry[1].length > best[1].length ||
        (entry[1].length === best[1].length &&
          MARK_NAMES.indexOf(entry[1].mark) < MARK_NAMES.indexOf(best[1].mark));
      if (isBetter) best = entry;
    }
    filled.clear();
    if (best !== undefined) extend(pixel, pixel + 1, best[0], best[1].mark);
  };
  const extend = (from: number, to: number, colour: string, mark: Mark): void => {
    const last = columns.at(-1);
    if (last !== undefined && last.colour === colour && from - last.to < 0.01) last.to = to;
    else columns.push({ from, to, colour, mark });
  };
  for (const { span, colour } of stretches) {
    const [from, to] = [x(span.from), x(span.to)];
    if (to - from >= 1.5) {
      flush();
      pixel = -1;
      columns.push({ from, to, colour, mark: span.mark });
      continue;
    }
    const column = Math.floor(from);
    if (column !== pixel) {
      flush();
      pixel = column;
    }
    const entry = filled.get(colour) ?? { length: 0, mark: span.mark };
    entry.length += to - from;
    filled.set(colour, entry);
  }
  flush();
  const gap = row >= 14 ? 3 : row >= 4 ? 0.5 : 0;
  return columns.map(({ from, to, colour, mark }) => {
    // Waiting is drawn thinner than doing: the eye finds what runs.
    const inset = gap + (mark === 'ready' && row >= 8 ? row * 0.2 : 0);
    const seam = row >= 14 && to - from > 4 ? 0.5 : 0;
    return {
      x: from,
      y: y + inset,
      width: Math.max(0.75, to - from - seam),
      height: row - 2 * inset,
      colour,
    };
  });
}

function legend(spans: readonly (readonly Span[])[], y: number): string[] {
  const used = new Set(spans.flatMap((list) => list.map(({ mark }) => mark)));
  let x = MARGIN;
  return MARK_NAMES.filter((mark) => used.has(mark)).map((mark) => {
    const at = x;
    x += 34 + WORDS[mark].length * 7;
    return `<rect x="${at}" y="${px(y)}" width="12" height="12" rx="2" fill="${COLOURS[mark]}"/><text x="${at + 18}" y="${px(y + 10)}" font-size="12" fill="${INK}">${WORDS[mark]}</text>`;
  });
}
