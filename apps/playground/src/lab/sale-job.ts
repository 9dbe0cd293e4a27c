/** Sales side by side: the same load under several strategies at once, told while they go on. */
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSale, type SaleEvent, type SaleReport } from 'ticket-demo';
import { makeTemporaryFolder } from '../temporary-folder.js';
import type { Job } from './job.js';
import type { SaleAudit, SaleRequest } from './protocol.js';

export async function runSaleJob(job: Job, request: SaleRequest): Promise<void> {
  const folder = makeTemporaryFolder();
  // The first sale that fails calls the others off.
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  try {
    const sales = request.strategies.map(async (strategy) => {
      try {
        await holdSale(job, request, strategy, join(folder, `${strategy}.json`), signal);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(sales);
    job.signal.throwIfAborted();
    stop.signal.throwIfAborted();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function holdSale(
  job: Job,
  { buyers, tickets, think, kill, seed }: SaleRequest,
  strategy: string,
  database: string,
  signal: AbortSignal,
): Promise<void> {
  let opened = 0;
  const elapsed = () => performance.now() - opened;
  const reader = new DatabaseReader(database, (left, sales) =>
    job.say({ kind: 'database', strategy, at: elapsed(), left, sales }),
  );
  const onEvent = (event: SaleEvent) => {
    if (event.kind === 'begun') return;
    if (event.kind === 'opened') opened = performance.now();
    const what = event.kind === 'ended' ? { ...event, at: opened === 0 ? 0 : elapsed() } : event;
    job.say({ kind: 'sale', strategy, what });
    if (event.kind === 'opened' || event.kind === 'receipt' || event.kind === 'ended') reader.look();
  };
  const report = await runSale({
    strategy,
    buyers,
    tickets,
    think,
    kill,
    seed,
    processes: buyers,
    database,
    signal,
    onEvent,
  });
  await reader.settled;
  job.say({ kind: 'audit', strategy, audit: auditOf(report) });
}

/** Reads the database whenever it may have changed; always whole, since it is replaced and never written over. */
class DatabaseReader {
  readonly #file: string;
  readonly #onChange: (left: number, sales: number) => void;
  #last = '';
  #isDue = false;
  settled: Promise<void> = Promise.resolve();
  #isReading = false;

  constructor(file: string, onChange: (left: number, sales: number) => void) {
    this.#file = file;
    this.#onChange = onChange;
  }

  look(): void {
    this.#isDue = true;
    if (!this.#isReading) this.settled = this.#read();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isDue) {
        this.#isDue = false;
        const text = await readFile(this.#file, 'utf8');
        if (text === this.#last) continue;
        this.#last = text;
        const { tickets, sales } = JSON.parse(text) as { tickets: number; sales: unknown[] };
        this.#onChange(tickets, sales.length);
      }
    } catch (error) {
      // Called off meanwhile, and its folder removed.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      this.#isReading = false;
    }
  }
}

function auditOf(report: SaleReport): SaleAudit {
  const { ticketsBefore, sold, left, oversold, lostUpdates, killed, time, wait, violations, promised } =
    report;
  return {
    ticketsBefore,
    sold,
    left,
    oversold,
    lostUpdates,
    killed,
    time,
    meanWait: wait?.mean ?? null,
    violations: violations.map(({ rule }) => rule),
    promised,
  };
}
