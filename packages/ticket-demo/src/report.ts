/** What a sale comes to: the audit's figures, times, and each buyer's timeline. Plain data, as `--json` prints it. */
import { audit, type Violation } from './audit.js';
import type { TicketDatabase } from './database.js';
import type { SaleSettings } from './sale-options.js';
import type { Outcome } from './sale-event.js';
import type { Interval, Visit } from './visit.js';

/** One buyer. */
export interface BuyerReport {
  readonly buyer: string;
  /** Null if it could not be seen. */
  readonly pid: number | null;
  /** `killed` says nothing of a ticket: it may have got one before. */
  readonly outcome: Outcome;
  readonly ticket: number | null;
  /** Milliseconds spent waiting for its turn; null if it was killed before that. */
  readonly wait: number | null;
  /** What it did when, in milliseconds since the opening. That of a killed buyer ends when the signal was sent. */
  readonly timeline: readonly Interval[];
}

export interface SaleReport {
  readonly strategy: string;
  /** Whether the strategy promised to lose nothing and to sell nothing twice. */
  readonly promised: boolean;
  /** What the audit found to be wrong; empty when all is well. */
  readonly violations: readonly Violation[];
  readonly load: {
    readonly buyers: number;
    readonly processes: number;
    /** Milliseconds, shortest and longest. */
    readonly think: readonly [number, number];
    readonly kill: number;
    readonly seed: number;
  };
  /** Path of the database; null for a temporary one. */
  readonly database: string | null;
  readonly ticketsBefore: number;
  /** Tickets that somebody has, whatever the database says. */
  readonly sold: number;
  /** What the database says is left. */
  readonly left: number;
  readonly oversold: number;
  /** Tickets that more than one buyer has. */
  readonly soldTwice: number;
  /** Purchases that the database knows nothing of, since another buyer wrote over them. */
  readonly lostUpdates: number;
  /** Sold meanwhile to buyers who are not of this run. */
  readonly soldToOthers: number;
  readonly served: number;
  readonly refused: number;
  readonly killed: number;
  /** When the doors were opened, in milliseconds since 1970. */
  readonly openedAt: number;
  /** Milliseconds from the start of the first process to the opening. */
  readonly startup: number;
  /** Milliseconds from the opening to the end of the last buyer's purchase. */
  readonly time: number;
  /** Tickets sold to buyers of this run, a second. */
  readonly purchasesPerSecond: number;
  /** Milliseconds that buyers waited for their turn; null when nobody had one. */
  readonly wait: { readonly mean: number; readonly p99: number } | null;
  readonly buyers: readonly BuyerReport[];
}

export interface SaleRecord {
  readonly settings: SaleSettings;
  readonly before: TicketDatabase;
  readonly after: TicketDatabase;
  readonly visits: readonly Visit[];
  readonly database: string | null;
  readonly openedAt: number;
  /** On the clock of `now()`. */
  readonly startedAt: number;
  readonly opened: number;
}

export function reportSale(record: SaleRecord): SaleReport {
  const { settings, visits, before, after, opened } = record;
  const { strategy, run, buyers, processes, think, kill, seed } = settings;
  const outcomeOf = (visit: Visit): Outcome => visit.outcome ?? 'killed';
  const figures = audit({
    before,
    after,
    run,
    exclusive: strategy.exclusive,
    buyers: visits.map((visit) => ({
      buyer: visit.buyer,
      outcome: outcomeOf(visit),
      receipt: visit.receipt,
      critical: visit.intervals.filter(({ phase }) => phase === 'critical'),
    })),
  });
  const { ticketOf, violations, ...counts } = figures;
  const ends = visits.flatMap((visit) => visit.intervals.map(({ end }) => end - opened));
  const time = Math.max(0, ...ends);
  const waits = visits.map((visit) => visit.wait).filter((wait) => wait !== undefined);
  const count = (outcome: Outcome) => visits.filter((visit) => outcomeOf(visit) === outcome).length;
  return {
    strategy: strategy.name,
    promised: strategy.correct,
    violations,
    load: { buyers, processes: strategy.arrival === 'one-by-one' ? 1 : processes, think, kill, seed },
    database: record.database,
    ...counts,
    served: count('served'),
    refused: count('refused'),
    killed: count('killed'),
    openedAt: record.openedAt,
    startup: round(opened - record.startedAt),
    time: round(time),
    purchasesPerSecond: time > 0 ? round((ticketOf.size / time) * 1000) : 0,
    wait: waits.length === 0 ? null : { mean: round(mean(waits)), p99: round(percentile(waits, 99)) },
    buyers: visits.map((visit) => ({
      buyer: visit.buyer,
      pid: visit.pid ?? null,
      outcome: outcomeOf(visit),
      ticket: ticketOf.get(visit.buyer) ?? null,
      wait: visit.wait === undefined ? null : round(visit.wait),
      timeline: visit.intervals.map(({ phase, start, end }) => ({
        phase,
        start: round(start - opened),
        end: round(end - opened),
      })),
    })),
  };
}

/** True when the strategy kept its promise, or made none. */
export function keptPromise(report: SaleReport): boolean {
  return !report.promised || report.violations.length === 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Nearest rank: the smallest value that at least `percent` per cent of them don't exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

/** Microseconds are enough. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
