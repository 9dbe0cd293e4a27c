import { describe, expect, it } from 'vitest';
import { percentile, reportSale, type SaleReport } from './report.js';
import { renderComparison, renderReport } from './report-text.js';
import { resolveSaleOptions, type SaleOptions } from './sale-options.js';
import { Visit } from './visit.js';

const plan = (buyer: string) => ({ buyer, search: 1, think: 1, kill: undefined });

/** Opened at 1000; a buys, b is refused, c is killed while it waits, d stands outside and is killed before it is in. */
function saleOfFour(options: SaleOptions = {}): SaleReport {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Visit(plan(name))) as [
    Visit,
    Visit,
    Visit,
    Visit,
  ];
  a.pid = 11;
  a.hear({ kind: 'hello', index: 0, at: 990 });
  a.hear({ kind: 'phase', phase: 'searching', at: 1000 });
  a.hear({ kind: 'phase', phase: 'waiting', at: 1010 });
  a.hear({ kind: 'phase', phase: 'critical', at: 1012 });
  a.hear({ kind: 'phase', phase: 'leaving', at: 1040 });
  a.hear({ kind: 'receipt', ticket: 1, at: 1041 });
  a.end('served');
  b.hear({ kind: 'phase', phase: 'searching', at: 1000 });
  b.hear({ kind: 'phase', phase: 'waiting', at: 1008 });
  b.hear({ kind: 'phase', phase: 'critical', at: 1044 });
  b.hear({ kind: 'phase', phase: 'leaving', at: 1050 });
  b.hear({ kind: 'receipt', ticket: null, at: 1050 });
  b.end('refused');
  c.hear({ kind: 'phase', phase: 'searching', at: 1000 });
  c.hear({ kind: 'phase', phase: 'waiting', at: 1020 });
  c.hear({ kind: 'here', step: 'waiting' });
  c.killedAt = 1021;
  c.end('killed');
  d.waitOutside(1000);
  d.killedAt = 1030;
  d.end('killed');
  return reportSale({
    settings: { ...resolveSaleOptions({ buyers: 4, processes: 3, ...options }), run: 'r' },
    before: { tickets: 1, sales: [] },
    after: { tickets: 0, sales: [{ ticket: 1, buyer: 'a', run: 'r' }] },
    visits: [a, b, c, d],
    database: null,
    openedAt: 5000,
    startedAt: 700,
    opened: 1000,
  });
}

describe('reportSale', () => {
  it('has the figures', () => {
    expect(saleOfFour()).toMatchObject({
      strategy: 'lock',
      promised: true,
      violations: [],
      served: 1,
      refused: 1,
      killed: 2,
      startup: 300,
      time: 50,
      purchasesPerSecond: 20,
      // a waited 2, b 36; the killed never had their turn.
      wait: { mean: 19, p99: 36 },
    });
  });

  it("has each buyer's timeline, from the opening on", () => {
    const [a, , c, d] = saleOfFour().buyers;
    expect(a).toEqual({
      buyer: 'a',
      pid: 11,
      outcome: 'served',
      ticket: 1,
      wait: 2,
      timeline: [
        { phase: 'searching', start: 0, end: 10 },
        { phase: 'waiting', start: 10, end: 12 },
        { phase: 'critical', start: 12, end: 40 },
      ],
    });
    expect(c).toMatchObject({ wait: null, ticket: null });
    expect(c?.timeline.at(-1)).toEqual({ phase: 'waiting', start: 20, end: 21 });
    expect(d?.timeline).toEqual([{ phase: 'waiting', start: 0, end: 30 }]);
  });

  it('one by one is one process at a time', () => {
    expect(saleOfFour({ strategy: 'join' }).load.processes).toBe(1);
  });
});

it.each([
  [[5], 99, 5],
  [[1, 2, 3, 4], 50, 2],
  [[4, 3, 2, 1], 99, 4],
  [Array.from({ length: 200 }, (_, index) => index + 1), 99, 198],
])('percentile of %j at %i', (values, percent, expected) => {
  expect(percentile(values, percent)).toBe(expected);
});

describe('text', () => {
  const wrong: SaleReport = {
    ...saleOfFour({ strategy: 'none' }),
    violations: Array.from({ length: 7 }, (_, index) => ({
      rule: 'sold-twice',
      message: `Ticket ${index} was sold to ${'buyer-1, '.repeat(30)}`,
    })),
  };

  it('of a sale has its figures, a line for each buyer and the verdict', () => {
    const text = renderReport(saleOfFour());
    expect(text).toMatch(/tickets before {7}1 .*time +50\.0 ms/);
    expect(text).toMatch(/a +served +1 {2}s+\.*#+\n/);
    expect(text).toMatch(/c +killed +- {2}s+x\n/);
    expect(text).toContain('lock: the audit holds');
  });

  it('tells a broken promise from what was to be expected', () => {
    expect(renderReport(wrong)).toContain('none: wrong, as expected');
    expect(renderReport({ ...wrong, promised: true })).toContain('AUDIT FAILED');
    expect(renderReport(wrong)).toContain('and 2 more');
    expect(renderReport(saleOfFour({ strategy: 'none' }))).toContain('by luck');
  });

  it('fits 80 columns', () => {
    const big: SaleReport = { ...wrong, time: 1234567.8, sold: 12345, load: { ...wrong.load, buyers: 1000 } };
    for (const text of [renderReport(big), renderComparison([big, saleOfFour()])]) {
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('of a comparison has a line for each', () => {
    const lines = renderComparison([wrong, saleOfFour()]).split('\n');
    expect(lines[2]).toMatch(/^strategy +sold +left/);
    expect(lines[3]).toMatch(/^none +1 +0 /);
    expect(lines[4]).toMatch(/^lock +1 +0 /);
  });
});
