/**
 * Holds a sale: makes the database ready, lets the buyers come, kills those whose time has come, and audits.
 *
 * However it ends, no buyer is left alive and no temporary file behind: every way out goes by the same `finally`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process } from 'core-process';
import { now } from './clock.js';
import {
  isForsaken,
  openDatabase,
  readDatabase,
  removeLeftovers,
  resolveDatabaseFile,
  type TicketDatabase,
} from './database.js';
import type { BuyerResult, BuyerTask, buyer as buyerFunction } from './entry/buyer.js';
import { buyerEntry } from './entry-urls.js';
import { BuyerFailedError, SaleFailedError } from './errors.js';
import { Gate, gateAddress } from './gate.js';
import type { BuyerMessage } from './gate-protocol.js';
import { planSale } from './plan.js';
import { reportSale, type SaleReport } from './report.js';
import type { Outcome, SaleEvent } from './sale-event.js';
import { DEFAULT_TICKETS, resolveSaleOptions, type SaleOptions, type SaleSettings } from './sale-options.js';
import type { Preparation } from './strategies/strategy.js';
import { Visit } from './visit.js';

/**
 * Sells tickets to buyers that are processes of their own, and says what came of it.
 *
 * A strategy that sells too many is no error here: read `violations` of the report, or ask {@link keptPromise}.
 *
 * @throws InvalidSaleOptionError `ERR_TICKET_INVALID_OPTION`
 * @throws DatabaseError `ERR_TICKET_DATABASE_…` when the database can't be used
 * @throws BuyerFailedError `ERR_TICKET_BUYER_FAILED` when a buyer could not be started or ended with an error
 * @throws SaleFailedError `ERR_TICKET_SALE_FAILED` when there is no place for temporary files
 * @throws `signal.reason` when the sale was called off
 */
export async function runSale(options: SaleOptions = {}): Promise<SaleReport> {
  const settings = resolveSaleOptions(options);
  settings.signal?.throwIfAborted();
  const folder = await makeFolder();
  try {
    const file = await resolveDatabaseFile(settings.database ?? join(folder, 'db.json'));
    return await new Sale(settings, folder, file).hold();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'ticket-demo-'));
  } catch (cause) {
    throw new SaleFailedError(
      `No temporary folder can be made: ${(cause as Error).message}. Set TMPDIR to a folder that can be written.`,
      cause,
    );
  }
}

class Sale {
  readonly #settings: SaleSettings;
  readonly #folder: string;
  readonly #file: string;
  readonly #visits: readonly Visit[];
  /** The first that went wrong stops all the rest. */
  readonly #stop = new AbortController();
  readonly #processes = new Map<number, Process<Parameters<typeof buyerFunction>, BuyerResult>>();
  /** Who has to be at the gate, or dead, before it opens. */
  readonly #expected: Set<number>;
  readonly #limit: number;
  #gate!: Gate;
  #before!: TicketDatabase;
  #startedAt = 0;
  #opened = 0;
  #openedAt = 0;

  constructor(settings: SaleSettings, folder: string, file: string) {
    this.#settings = settings;
    this.#folder = folder;
    this.#file = file;
    this.#visits = planSale(settings).map((plan) => new Visit(plan));
    const limit = settings.strategy.arrival === 'one-by-one' ? 1 : settings.processes;
    this.#limit = Math.min(limit, settings.buyers);
    this.#expected = new Set(Array.from({ length: this.#limit }, (_, index) => index));
  }

  async hold(): Promise<SaleReport> {
    const { strategy, signal, tickets, database } = this.#settings;
    const callOff = () => this.#stopBecause(signal?.reason);
    signal?.addEventListener('abort', callOff, { once: true });
    let preparation: Preparation = {};
    try {
      preparation = (await strategy.prepare?.({ databaseFile: this.#file, signal: this.#stop.signal })) ?? {};
      const runExclusive = preparation.runExclusive ?? ((work) => work());
      await runExclusive(async () => {
        await removeLeftovers(this.#file, isForsaken);
        this.#before = await openDatabase(this.#file, tickets, DEFAULT_TICKETS);
      });
      this.#stop.signal.throwIfAborted();
      const address = gateAddress(this.#folder);
      this.#gate = await Gate.at(address, (index, message) => this.#hear(index, message));
      try {
        await this.#letBuyersCome(address, preparation.shared);
      } finally {
        await this.#gate.close();
        const pids = new Set(this.#visits.map((visit) => visit.pid));
        await removeLeftovers(this.#file, (pid) => pids.has(pid));
      }
      this.#stop.signal.throwIfAborted();
      return reportSale({
        settings: this.#settings,
        before: this.#before,
        after: await readDatabase(this.#file),
        visits: this.#visits,
        database: database === undefined ? null : this.#file,
        openedAt: this.#openedAt,
        startedAt: this.#startedAt,
        opened: this.#opened,
      });
    } finally {
      signal?.removeEventListener('abort', callOff);
      await preparation.close?.();
    }
  }

  /** As many at a time as may be; each goes from its start to its end before the next takes its place. */
  async #letBuyersCome(address: string, shared: unknown): Promise<void> {
    const { strategy, buyers } = this.#settings;
    this.#tell({ kind: 'begun', strategy: strategy.name, tickets: this.#before.tickets, buyers });
    this.#startedAt = now();
    const queue = this.#visits.keys();
    const serve = async () => {
      for (const index of queue) {
        if (this.#stop.signal.aborted) return;
        await this.#serve(index, address, shared);
      }
    };
    await Promise.all(Array.from({ length: this.#limit }, serve));
  }

  async #serve(index: number, address: string, shared: unknown): Promise<void> {
    const visit = this.#visits[index] as Visit;
    try {
      const { strategy, start } = this.#settings;
      const { buy } = strategy;
      const task: BuyerTask = {
        index,
        plan: visit.plan,
        run: this.#settings.run,
        databaseFile: this.#file,
        gate: address,
        buy: { module: String(buy.module), export: buy.export },
      };
      const child = new Process<Parameters<typeof buyerFunction>, BuyerResult>({
        target: { module: buyerEntry, export: 'buyer' },
        args: [task, shared],
        name: visit.buyer,
        startMethod: start,
        // Gone with this process, even if that is killed and the strategy blocks the buyer's thread.
        daemon: true,
      });
      child.start();
      visit.pid = child.pid;
      this.#processes.set(index, child);
      this.#tell({ kind: 'started', buyer: visit.buyer, pid: child.pid });
      // The callback may have called the sale off.
      if (this.#stop.signal.aborted) child.kill();
      await child.join();
      await this.#gate.heardOut(index);
      const outcome = await outcomeOf(child, visit);
      visit.end(outcome);
      this.#tell({ kind: 'ended', buyer: visit.buyer, outcome });
    } catch (error) {
      visit.end('killed');
      this.#stopBecause(
        error instanceof BuyerFailedError ? error : new BuyerFailedError(visit.buyer, visit.pid, error),
      );
    } finally {
      this.#processes.delete(index);
      this.#arrived(index);
    }
  }

  #hear(index: number, message: BuyerMessage): void {
    const visit = this.#visits[index];
    if (visit === undefined) return;
    visit.hear(message);
    switch (message.kind) {
      case 'hello':
        this.#arrived(index);
        break;
      case 'phase':
        if (message.phase === 'leaving') break;
        this.#tell({
          kind: 'phase',
          buyer: visit.buyer,
          phase: message.phase,
          at: message.at - this.#opened,
        });
        break;
      case 'receipt':
        this.#tell({
          kind: 'receipt',
          buyer: visit.buyer,
          ticket: message.ticket,
          at: message.at - this.#opened,
        });
        break;
      case 'here':
        visit.killedAt ??= now();
        this.#processes.get(index)?.kill();
        break;
      default:
        message satisfies never;
    }
  }

  /** At the gate, or never to come: the last one expected opens it. */
  #arrived(index: number): void {
    this.#expected.delete(index);
    if (this.#expected.size > 0 || this.#gate.isOpen) return;
    this.#opened = now();
    this.#openedAt = Date.now();
    // Whoever is not in the first wave stands outside from now on.
    for (const visit of this.#visits.slice(this.#limit)) visit.waitOutside(this.#opened);
    this.#tell({ kind: 'opened' });
    this.#gate.open();
  }

  #tell(event: SaleEvent): void {
    try {
      this.#settings.onEvent(event);
    } catch (error) {
      this.#stopBecause(error);
    }
  }

  #stopBecause(reason: unknown): void {
    // AbortController would make an error of its own for undefined.
    this.#stop.abort(reason ?? new Error('The sale was called off.'));
    for (const child of this.#processes.values()) child.kill();
  }
}

/** @throws BuyerFailedError for a buyer that ended neither by itself nor by a signal */
async function outcomeOf(
  child: Process<Parameters<typeof buyerFunction>, BuyerResult>,
  visit: Visit,
): Promise<Outcome> {
  if (child.exit?.reason === 'signaled') return 'killed';
  const failed = await child.result;
  if (failed === undefined) return visit.receipt?.ticket == null ? 'refused' : 'served';
  const cause = failed.error instanceof Error ? failed.error : new Error(String(failed.error));
  if (failed.code !== undefined) Object.assign(cause, { code: failed.code });
  throw new BuyerFailedError(visit.buyer, visit.pid, cause);
}
