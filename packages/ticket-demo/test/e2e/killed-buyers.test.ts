/** Buyers die by SIGKILL, everywhere: nothing is lost, nothing sold twice, and the sale goes on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@tooling/testkit';
import { runSale } from 'ticket-demo';
import { describe, expect, it } from 'vitest';
import { type KillStep, killSteps, planSale } from '../../src/plan.js';

const load = { buyers: 4, tickets: 4, think: [10, 30], kill: 1 } as const;

/** The first seed by which the only victim dies there. */
function seedFor(step: KillStep): number {
  for (let seed = 0; ; seed++) {
    if (planSale({ ...load, seed }).some(({ kill }) => kill?.step === step)) return seed;
  }
}

/** Holds a sale in which one buyer dies there, and looks at what is left beside the database. */
async function saleWithOneKilled(strategy: string, step: KillStep) {
  const folder = temporaryFolder();
  const database = join(folder, 'db.json');
  const report = await runSale({ ...load, strategy, seed: seedFor(step), database });
  const { sales } = JSON.parse(readFileSync(database, 'utf8')) as { sales: unknown[] };
  const rest = readdirSync(folder).filter((name) => !['db.json', 'db.json.lock'].includes(name));
  return { report, sales, rest, victim: report.buyers.find(({ outcome }) => outcome === 'killed') };
}

describe.each(killSteps)('one of four killed at «%s»', (step) => {
  it.each(['join', 'lock', 'file-lock', 'optimistic', 'queue'])(
    '%s: only what was in the database is sold',
    async (strategy) => {
      const { report, sales, rest, victim } = await saleWithOneKilled(strategy, step);
      expect(report).toMatchObject({ violations: [], killed: 1, served: 3 });
      // Who is killed when it asks for its turn may just get that far; the others stood still where they were.
      const possible = { waiting: [3, 4], written: [4] }[step as string] ?? [3];
      // The seller writes: a victim that is to die writing dies with its ticket instead.
      if (strategy === 'queue' && step === 'writing') possible.splice(0, 1, 4);
      expect(possible).toContain(report.sold);
      const sold = victim?.ticket === null ? 3 : 4;
      expect(report).toMatchObject({ sold, left: 4 - sold });
      expect(sales).toHaveLength(sold);
      expect(rest).toEqual([]);
    },
  );

  it('none: the sale goes on, and no temporary file is left', async () => {
    const { report, rest } = await saleWithOneKilled('none', step);
    expect(report.killed).toBe(1);
    expect(report.served + report.refused).toBe(3);
    expect(rest).toEqual([]);
  });
});

describe.each(['lock', 'file-lock', 'optimistic', 'queue'])('%s', (strategy) => {
  it.each([7, 8, 9, 10])('with four of ten killed, seed %i', async (seed) => {
    const report = await runSale({ strategy, kill: 4, seed });
    expect(report).toMatchObject({ violations: [], killed: 4, oversold: 0, lostUpdates: 0 });
    expect(report.sold + report.left).toBe(3);
    // A ticket that a killed buyer did not get, another one has: six are alive, for three tickets.
    expect(report.left).toBe(0);
  });

  it('killed where it finds none left: with the lock in its hands, if there is one', async () => {
    // By this seed all are to die thinking or writing, which none comes to: they die where they find nothing left.
    const report = await runSale({ strategy, buyers: 4, tickets: 0, kill: 4, seed: 19 });
    expect(report).toMatchObject({ violations: [], killed: 4, sold: 0 });
    const lastPhases = report.buyers.map(({ timeline }) => timeline.at(-1)?.phase);
    // Without a lock, the critical section is for those who write.
    const last = ['optimistic', 'queue'].includes(strategy) ? 'waiting' : 'critical';
    expect(lastPhases).toEqual([last, last, last, last]);
  });

  it('with everyone killed', async () => {
    const report = await runSale({ strategy, buyers: 5, kill: 5, seed: 2 });
    expect(report).toMatchObject({ violations: [], killed: 5, served: 0, refused: 0 });
    expect(report.sold + report.left).toBe(3);
  });

  it('killed from outside, at instants that nobody planned', async () => {
    const timers: NodeJS.Timeout[] = [];
    const pids = new Map<string, number>();
    const victims = ['buyer-2', 'buyer-4', 'buyer-6', 'buyer-8'];
    const report = await runSale({
      strategy,
      tickets: 10,
      onEvent: (event) => {
        if (event.kind === 'started' && event.pid !== undefined) pids.set(event.buyer, event.pid);
        if (event.kind !== 'phase' || event.phase !== 'critical' || !victims.includes(event.buyer)) return;
        // Random is what is tested: anywhere in the critical section, or a little after it.
        timers.push(setTimeout(() => killIfAlive(pids.get(event.buyer)), Math.random() * 40));
      },
    });
    for (const timer of timers) clearTimeout(timer);
    expect(report.violations).toEqual([]);
    expect(report.sold + report.left).toBe(10);
    expect(report.killed).toBeLessThanOrEqual(victims.length);
    expect(report.served).toBe(10 - report.killed);
  });
});

function killIfAlive(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('a buyer that dies before it is at the gate', () => {
  it('keeps nobody waiting', async () => {
    const report = await runSale({
      strategy: 'lock',
      buyers: 4,
      tickets: 4,
      onEvent: (event) => {
        if (event.kind === 'started' && event.buyer === 'buyer-2') killIfAlive(event.pid);
      },
    });
    expect(report).toMatchObject({ violations: [], killed: 1, served: 3, left: 1 });
    expect(report.buyers[1]).toMatchObject({ outcome: 'killed', ticket: null, wait: null, timeline: [] });
  });

  it('nor do all of them', async () => {
    const report = await runSale({
      strategy: 'file-lock',
      buyers: 3,
      processes: 2,
      onEvent: (event) => {
        if (event.kind === 'started') killIfAlive(event.pid);
      },
    });
    expect(report).toMatchObject({ violations: [], killed: 3, sold: 0, left: 3, wait: null });
  });
});
