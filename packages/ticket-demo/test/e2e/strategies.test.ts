/** Each strategy sells to real processes: what it promises, and what the one without a promise shows. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@tooling/testkit';
import { stopForkServer } from 'core-process';
import { afterAll, describe, expect, it } from 'vitest';
import {
  compareStrategies,
  keptPromise,
  runSale,
  type SaleEvent,
  type SaleReport,
  strategies,
} from 'ticket-demo';

// Kept by core-process for the next copy.
afterAll(() => stopForkServer());

const right = strategies.filter(({ correct }) => correct).map(({ name }) => name);

/** Sums that hold for every sale, however wrong. */
function checkSums(report: SaleReport): void {
  const { buyers, served, refused, killed, load } = report;
  expect(buyers).toHaveLength(load.buyers);
  expect(served + refused + killed).toBe(load.buyers);
  expect(report.sold - report.soldToOthers).toBe(buyers.filter(({ ticket }) => ticket !== null).length);
  expect(report.oversold).toBe(Math.max(0, report.sold - report.ticketsBefore));
  for (const { timeline } of buyers) {
    let last = 0;
    for (const { start, end } of timeline) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThanOrEqual(start);
      last = end;
    }
    expect(last).toBeLessThanOrEqual(report.time);
  }
}

describe('none', () => {
  it.each([1, 2, 3, 4, 5])('oversells with the default options, seed %i', async (seed) => {
    const report = await runSale({ strategy: 'none', seed });
    checkSums(report);
    expect(report.oversold).toBeGreaterThan(0);
    expect(report.lostUpdates).toBeGreaterThan(0);
    expect(report.soldTwice).toBeGreaterThan(0);
    expect(report.violations.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['oversold', 'lost-update', 'sold-twice']),
    );
    expect(keptPromise(report)).toBe(true);
  });

  it('is right for a single buyer, there being no race', async () => {
    const report = await runSale({ strategy: 'none', buyers: 1 });
    expect(report).toMatchObject({ violations: [], sold: 1, left: 2 });
  });
});

describe.each(right)('%s', (strategy) => {
  it('sells to buyers that are copies of a process, four at a time', async () => {
    const report = await runSale({ strategy, start: 'forkserver', processes: 4, tickets: 6, kill: 2 });
    checkSums(report);
    expect(report).toMatchObject({ violations: [], ticketsBefore: 6, left: 6 - report.sold });
  });

  it.each([1, 2, 3])('sells what there is, once, seed %i', async (seed) => {
    const report = await runSale({ strategy, seed });
    checkSums(report);
    expect(report).toMatchObject({
      violations: [],
      ticketsBefore: 3,
      sold: 3,
      left: 0,
      oversold: 0,
      soldTwice: 0,
      lostUpdates: 0,
      served: 3,
      refused: 7,
      killed: 0,
    });
    expect(
      report.buyers
        .map(({ ticket }) => ticket)
        .filter((ticket) => ticket !== null)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 3]);
  });

  it('leaves what nobody wants, and sells nothing if there is nothing', async () => {
    expect(await runSale({ strategy, buyers: 2, tickets: 5 })).toMatchObject({
      violations: [],
      sold: 2,
      left: 3,
    });
    expect(await runSale({ strategy, buyers: 2, tickets: 0 })).toMatchObject({
      violations: [],
      sold: 0,
      left: 0,
      refused: 2,
    });
  });
});

describe('who is there when', () => {
  /** The most that were there at a time, from the events. */
  function crowd(events: readonly SaleEvent[]): number {
    let here = 0;
    let most = 0;
    for (const { kind } of events) {
      if (kind === 'started') most = Math.max(most, ++here);
      if (kind === 'ended') here--;
    }
    return most;
  }

  it.each([
    ['lock', undefined, 6],
    ['lock', 2, 2],
    ['lock', 50, 6],
    ['join', undefined, 1],
  ])('%s with processes %s: %i at most', async (strategy, processes, most) => {
    const events: SaleEvent[] = [];
    const report = await runSale({ strategy, buyers: 6, processes, onEvent: (event) => events.push(event) });
    expect(report.violations).toEqual([]);
    expect(crowd(events)).toBe(most);
    expect(new Set(report.buyers.map(({ pid }) => pid)).size).toBe(6);
  });

  it('everyone is at the gate before anyone searches', async () => {
    const events: SaleEvent[] = [];
    await runSale({ strategy: 'lock', buyers: 6, onEvent: (event) => events.push(event) });
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.slice(0, 8)).toEqual(['begun', ...Array.from({ length: 6 }, () => 'started'), 'opened']);
    expect(kinds.filter((kind) => kind === 'ended')).toHaveLength(6);
  });

  it('those outside wait from the opening on', async () => {
    const { buyers } = await runSale({ strategy: 'join', buyers: 3 });
    for (const { timeline } of buyers.slice(1)) {
      expect(timeline.map(({ phase }) => phase)).toEqual(['waiting', 'searching', 'waiting', 'critical']);
      expect(timeline[0]?.start).toBe(0);
    }
  });
});

describe('the database', () => {
  it('that is there keeps its count, its sales and its other fields', async () => {
    const folder = temporaryFolder();
    const database = join(folder, 'db.json');
    writeFileSync(
      database,
      JSON.stringify({ venue: 'hall', tickets: 2, sales: [{ ticket: 1, buyer: 'anna' }] }),
    );
    const report = await runSale({ strategy: 'lock', buyers: 4, database });
    expect(report).toMatchObject({ violations: [], ticketsBefore: 2, sold: 2, left: 0, database });
    const { sales, ...rest } = JSON.parse(readFileSync(database, 'utf8'));
    expect(rest).toEqual({ venue: 'hall', tickets: 0 });
    expect(sales.map(({ ticket }: { ticket: number }) => ticket)).toEqual([1, 2, 3]);
    expect(sales[0]).toEqual({ ticket: 1, buyer: 'anna' });
    expect(readdirSync(folder)).toEqual(['db.json']);

    const again = await runSale({ strategy: 'file-lock', buyers: 4, tickets: 3, database });
    expect(again).toMatchObject({ violations: [], ticketsBefore: 3, sold: 3, left: 0 });
    expect(JSON.parse(readFileSync(database, 'utf8')).sales).toHaveLength(6);
    expect(readdirSync(folder).toSorted()).toEqual(['db.json', 'db.json.lock']);
  });
});

it('a comparison holds the same sale by every strategy', async () => {
  const reports = await compareStrategies({ buyers: 4, tickets: 2, seed: 3 });
  expect(reports.map(({ strategy }) => strategy)).toEqual(strategies.map(({ name }) => name));
  expect(reports.every(keptPromise)).toBe(true);
  expect(new Set(reports.map(({ load }) => load.seed))).toEqual(new Set([3]));
  const [only] = await compareStrategies({ strategies: ['join'], buyers: 1 });
  expect(only).toMatchObject({ strategy: 'join', sold: 1 });
});
