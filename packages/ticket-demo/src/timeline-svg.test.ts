import { describe, expect, it } from 'vitest';
import type { BuyerReport, SaleReport } from './report.js';
import { renderSaleSvg } from './timeline-svg.js';

const buyer = (index: number, more: Partial<BuyerReport> = {}): BuyerReport => ({
  buyer: `buyer-${index}`,
  pid: 100 + index,
  outcome: 'served',
  ticket: index,
  wait: 5,
  timeline: [
    { phase: 'searching', start: 0, end: 10 },
    { phase: 'waiting', start: 10, end: 15 },
    { phase: 'critical', start: 15, end: 100 },
  ],
  ...more,
});

const report = (more: Partial<SaleReport> = {}): SaleReport => ({
  strategy: 'lock',
  promised: true,
  violations: [],
  load: { buyers: 2, processes: 2, think: [10, 30], kill: 0, seed: 1 },
  database: null,
  ticketsBefore: 3,
  sold: 2,
  left: 1,
  oversold: 0,
  soldTwice: 0,
  lostUpdates: 0,
  soldToOthers: 0,
  served: 2,
  refused: 0,
  killed: 0,
  openedAt: 0,
  startup: 1,
  time: 100,
  purchasesPerSecond: 20,
  wait: { mean: 5, p99: 5 },
  buyers: [buyer(1), buyer(2)],
  ...more,
});

const count = (svg: string, part: RegExp) => svg.match(part)?.length ?? 0;
/** Bars of buyers; those of the legend have rounded corners. */
const BARS = /<rect class="(searching|waiting|critical)"[^>]*><title>/g;

describe('renderSaleSvg', () => {
  it('has a bar for each thing that a buyer did, to scale', () => {
    const svg = renderSaleSvg([report()]);
    expect(count(svg, BARS)).toBe(6);
    const width = (phase: string) =>
      Number(new RegExp(`class="${phase}"[^>]*? width="([\\d.]+)" [^>]*><title>`).exec(svg)?.[1]);
    expect(width('critical') / width('searching')).toBeCloseTo(8.5, 1);
    expect(svg).toContain('>ticket 1<');
  });

  it('has a panel for each sale, and says what is wrong with one', () => {
    const svg = renderSaleSvg([
      report({
        strategy: 'none',
        promised: false,
        oversold: 4,
        violations: [{ rule: 'oversold', message: 'm' } as never],
      }),
      report(),
    ]);
    expect(count(svg, /class="strategy"/g)).toBe(2);
    expect(svg).toContain('class="end wrong" x="936" y="78">4 sold too many<');
    expect(svg).toContain('>the audit holds<');
  });

  it('marks who was killed, where it was', () => {
    const svg = renderSaleSvg([report({ buyers: [buyer(1, { outcome: 'killed', ticket: null })] })]);
    // One is the legend's.
    expect(count(svg, /class="killed"/g)).toBe(2);
    expect(svg).toContain('>killed<');
  });

  it('draws some of thousands, says how many, and stays small', () => {
    const svg = renderSaleSvg([report({ buyers: Array.from({ length: 5000 }, (_, index) => buyer(index)) })]);
    expect(count(svg, BARS)).toBe(3 * 240);
    expect(svg).toContain('(240 of them drawn)');
    expect(svg.length).toBeLessThan(200_000);
  });

  it('is XML whatever a strategy is called, and whatever is missing', () => {
    const svg = renderSaleSvg([
      report({ strategy: '<b> & "c"', time: 0, buyers: [buyer(1, { timeline: [] })] }),
    ]);
    expect(svg).toContain('>&lt;b> &amp; &quot;c&quot;<');
    expect(svg).not.toContain('NaN');
    expect(renderSaleSvg([])).toContain('No sale');
  });
});
