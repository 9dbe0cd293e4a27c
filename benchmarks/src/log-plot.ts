/** Small plots side by side, with logarithmic x and a y from 0, as SVG. */

export interface Panel {
  readonly title: string;
  /** Of this panel alone, which then has its own scale; all others share one. */
  readonly unit?: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

const COLOURS = ['#0072b2', '#d55e00', '#009e73'];
const PANEL = { width: 260, height: 190, gap: 46, left: 56, top: 84 };

const text = (x: number, y: number, words: string, rest = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="12" fill="#1f2933" ${rest}>${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;

const short = (value: number): string =>
  value >= 1e6 ? `${value / 1e6} M` : value >= 1e4 ? `${value / 1e3} k` : String(value);

function scaleOf(panels: readonly Panel[]): { readonly step: number; readonly top: number } {
  const all = panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(({ y }) => y)));
  const highest = Math.max(...all);
  const step = [2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => highest / size <= 5) ?? 5000;
  return { step, top: Math.ceil(highest / step) * step };
}

export function logPlot({
  title,
  unit,
  panels,
}: {
  title: string;
  unit?: string;
  panels: readonly Panel[];
}): string {
  const shared = scaleOf(panels.filter((panel) => panel.unit === undefined));
  const parts = panels.flatMap((panel, index) => {
    const { step, top } = panel.unit === undefined ? shared : scaleOf([panel]);
    const y = (value: number): number => PANEL.top + PANEL.height * (1 - value / top);
    const left = PANEL.left + index * (PANEL.width + PANEL.gap);
    const values = panel.series.flatMap(({ points }) => points.map((point) => Math.log(point.x)));
    const [from, to] = [Math.min(...values), Math.max(...values)];
    const x = (value: number): number => left + (PANEL.width * (Math.log(value) - from)) / (to - from);
    const grid = Array.from({ length: top / step + 1 }, (_, line) => line * step).flatMap((value) => [
      `<line x1="${left}" x2="${left + PANEL.width}" y1="${y(value)}" y2="${y(value)}" stroke="#e4e7eb"/>`,
      text(left - 6, y(value) + 4, String(value), 'text-anchor="end" opacity="0.6"'),
    ]);
    const ticks = (panel.series[0]?.points ?? []).map((point) =>
      text(x(point.x), PANEL.top + PANEL.height + 18, short(point.x), 'text-anchor="middle" opacity="0.6"'),
    );
    const lines = panel.series.flatMap(({ points }, series) => {
      const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(' ');
      const dots = points.map(
        (point) =>
          `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="3" fill="${COLOURS[series]}"/>`,
      );
      return [
        `<polyline points="${path}" fill="none" stroke="${COLOURS[series]}" stroke-width="2"/>`,
        ...dots,
      ];
    });
    return [
      text(left, PANEL.top - 12, `${panel.title}, ${panel.unit ?? unit}`, 'font-weight="600"'),
      ...grid,
      ...ticks,
      ...lines,
    ];
  });
  const names = panels[0]?.series.map(({ name }) => name) ?? [];
  const legend = names.map(
    (name, index) =>
      `<rect x="${PANEL.left + index * 120}" y="38" width="12" height="12" rx="2" fill="${COLOURS[index]}"/>${text(PANEL.left + 18 + index * 120, 48, name)}`,
  );
  const width = PANEL.left + panels.length * (PANEL.width + PANEL.gap) - 10;
  const height = PANEL.top + PANEL.height + 34;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, Helvetica, Arial, sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${[text(PANEL.left, 24, title, 'font-weight="600" style="font-size:15px"'), ...legend, ...parts].join('\n')}
</svg>
`;
}
