/**
 * A chart of rows over time, on a canvas: a run with many processes is drawn anew for each frame of the screen.
 *
 * Labels are text of the page; the canvas has one sentence that says what it shows, and what it shows is told in
 * figures beside it.
 */
import { effect, type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { shownTheme } from '../settings.js';
import { type Chart, type Paint, type Row, type Stretch, tickStep } from './chart.js';

interface TimelineProps {
  readonly chart: Chart;
  /** The sentence for those who can't see it. */
  readonly label: string;
  readonly unit: string;
  readonly rowHeight?: number;
  /** CSS height of the rows' area; rows beyond scroll. */
  readonly height?: string;
  /** An instant to show in all rows. */
  readonly cursor?: ReadonlySignal<number | undefined>;
  readonly onPick?: (time: number) => void;
}

const PAINTS: readonly Paint[] = [
  'running',
  'ready',
  'blocked',
  'stopped',
  'zombie',
  'overhead',
  'searching',
  'waiting',
  'critical',
  'clash',
];

type Palette = Readonly<Record<Paint | 'ink' | 'ink-2' | 'ink-3' | 'line' | 'sheet', string>>;

export function Timeline({ chart, label, unit, rowHeight = 28, height, cursor, onPick }: TimelineProps) {
  const bars = useRef<HTMLCanvasElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const pointer = useSignal<number | undefined>(undefined);
  // The labels follow the chart's rows.
  void chart.shape.value;

  useLayoutEffect(() => {
    const canvas = bars.current as HTMLCanvasElement;
    const scale = axis.current as HTMLCanvasElement;
    let frame = 0;
    const draw = () => {
      frame = 0;
      const palette = paletteOf(canvas);
      drawBars(canvas, chart, palette, rowHeight, [cursor?.peek(), pointer.peek()]);
      drawAxis(scale, chart, palette, unit);
    };
    const schedule = () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    const stop = effect(() => {
      void chart.version.value;
      void shownTheme.value;
      void cursor?.value;
      void pointer.value;
      schedule();
    });
    const observer = new ResizeObserver(schedule);
    observer.observe(canvas);
    return () => {
      stop();
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [chart, rowHeight, unit, cursor]);

  useEffect(() => {
    pointer.value = undefined;
  }, [chart]);

  const timeAt = (event: PointerEvent | MouseEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return chart.from + ((event.clientX - left) / Math.max(1, width)) * (chart.to - chart.from);
  };
  const shown = pointer.value ?? cursor?.value;
  return (
    <div class="timeline" style={{ '--row-height': `${rowHeight}px` }}>
      <div class="timeline-body" style={height === undefined ? {} : { height }}>
        <ul class="timeline-labels">
          {chart.rows.map((row) => (
            <li key={row.key} class={row.isOver ? 'over' : ''} title={`${row.label()} ${row.note}`}>
              <span>{row.label()}</span>
              {row.note !== '' && <span class="mono">{row.note}</span>}
            </li>
          ))}
        </ul>
        <canvas
          ref={bars}
          role="img"
          aria-label={label}
          style={{ height: `${Math.max(1, chart.rows.length) * rowHeight}px` }}
          onPointerMove={(event) => {
            pointer.value = timeAt(event);
          }}
          onPointerLeave={() => {
            pointer.value = undefined;
          }}
          onClick={(event) => onPick?.(timeAt(event))}
        />
      </div>
      <div class="timeline-axis">
        <output aria-live="off">
          {shown === undefined ? '' : `${shown.toFixed(unit === 'ms' ? 1 : 0)} ${unit}`}
        </output>
        <canvas ref={axis} aria-hidden="true" />
      </div>
    </div>
  );
}

function paletteOf(element: HTMLElement): Palette {
  const probe = document.createElement('span');
  element.parentElement?.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = Object.fromEntries(
    [...PAINTS, 'ink', 'ink-2', 'ink-3', 'line', 'sheet'].map((name) => [name, colour(name)]),
  ) as Palette;
  probe.remove();
  return palette;
}

/** As many pixels as the screen has. */
function prepare(canvas: HTMLCanvasElement): {
  pen: CanvasRenderingContext2D;
  width: number;
  height: number;
} {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)] as const;
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

/** Room at the right, so that the last tick's figure is whole. */
const MARGIN = 14;

function drawBars(
  canvas: HTMLCanvasElement,
  chart: Chart,
  palette: Palette,
  rowHeight: number,
  cursors: readonly (number | undefined)[],
): void {
  const { pen, width, height } = prepare(canvas);
  const length = chart.to - chart.from;
  const x = (time: number) => ((time - chart.from) / length) * (width - MARGIN);
  pen.fillStyle = palette.line;
  for (let row = 1; row < chart.rows.length; row++) pen.fillRect(0, row * rowHeight - 1, width, 1);
  if (length <= 0 || chart.rows.length === 0) return;
  const step = tickStep(length, width / 90);
  for (let time = Math.ceil(chart.from / step) * step; time <= chart.to; time += step) {
    pen.fillRect(Math.round(x(time)), 0, 1, height);
  }
  const gap = rowHeight > 20 ? 5 : 2;
  for (const [index, row] of chart.rows.entries()) {
    drawRow(pen, row, palette, x, index * rowHeight + gap, rowHeight - 2 * gap - 1, [chart.from, chart.to]);
  }
  pen.fillStyle = palette['ink-2'];
  for (const at of chart.turns) {
    for (let top = 0; top < height; top += 6) pen.fillRect(Math.round(x(at)), top, 1.5, 3);
  }
  pen.fillStyle = palette.ink;
  for (const at of cursors) if (at !== undefined) pen.fillRect(Math.round(x(at)), 0, 1, height);
}

function drawRow(
  pen: CanvasRenderingContext2D,
  row: Row,
  palette: Palette,
  x: (time: number) => number,
  top: number,
  height: number,
  [from, to]: readonly [number, number],
): void {
  for (const stretch of row.stretches) {
    if (stretch.to <= from || stretch.from >= to) continue;
    const left = x(Math.max(stretch.from, from));
    const width = Math.max(x(Math.min(stretch.to, to)) - left, 0.5);
    drawStretch(pen, stretch, palette, left, top, width, height);
  }
  pen.font = `500 12px ${getComputedStyle(pen.canvas).fontFamily}`;
  for (const { at, text, paint } of row.marks) {
    pen.fillStyle = palette[paint];
    pen.beginPath();
    pen.arc(x(at), top + height / 2, height / 2 - 1, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = palette.sheet;
    pen.textAlign = 'center';
    pen.fillText(text, x(at), top + height / 2 + 4.5);
  }
}

/** Waiting takes little height: what is on a core stands out. */
const THIN = 0.3;

function drawStretch(
  pen: CanvasRenderingContext2D,
  { paint, running, ready, text }: Stretch,
  palette: Palette,
  left: number,
  top: number,
  width: number,
  height: number,
): void {
  const bottom = top + height;
  if (paint === 'blocked') {
    pen.fillStyle = palette.blocked;
    pen.fillRect(left, bottom - height * THIN, width, height * THIN);
    if (ready !== undefined && running !== undefined && running + ready > 0) {
      pen.fillStyle = palette.ready;
      pen.fillRect(left, bottom - height * (running + ready), width, height * ready);
      pen.fillStyle = palette.running;
      pen.fillRect(left, bottom - height * running, width, height * running);
    }
    return;
  }
  pen.fillStyle = palette[paint];
  const share = paint === 'waiting' || paint === 'ready' ? 0.55 : 1;
  pen.fillRect(left, bottom - height * share, width, height * share);
  if (text !== undefined && width > 18) {
    pen.fillStyle = palette.sheet;
    pen.textAlign = 'center';
    pen.fillText(text, left + width / 2, top + height / 2 + 4);
  }
}

function drawAxis(canvas: HTMLCanvasElement, chart: Chart, palette: Palette, unit: string): void {
  const { pen, width } = prepare(canvas);
  const length = chart.to - chart.from;
  if (length <= 0) return;
  const step = tickStep(length, width / 90);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  pen.font = `400 12px ${getComputedStyle(canvas).fontFamily}`;
  pen.textAlign = 'left';
  for (let time = Math.ceil(chart.from / step) * step; time <= chart.to; time += step) {
    // Before the beginning there is nothing.
    if (time < 0) continue;
    const at = ((time - chart.from) / length) * (width - MARGIN);
    pen.fillStyle = palette['ink-3'];
    const text = time === 0 ? `0 ${unit}` : time.toFixed(digits);
    const room = pen.measureText(text).width;
    const place = time === 0 && chart.from === 0 ? 0 : at - room / 2;
    if (place + room <= width && place >= 0) pen.fillText(text, place, 18);
  }
}
