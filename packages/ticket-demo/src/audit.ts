/**
 * The audit: the database against the buyers' receipts. Pure: it believes nobody and asks nothing else.
 *
 * Two witnesses, neither trusted alone: the file, before and after, and what each buyer said it got. A buyer that
 * was killed may have been sold a ticket without saying so; nobody may say so without the file listing it.
 */
import type { TicketDatabase, TicketSale } from './database.js';
import type { Receipt } from './purchase.js';
import type { Outcome } from './sale-event.js';

export type ViolationRule =
  | 'oversold'
  | 'sold-twice'
  | 'lost-update'
  | 'count-differs-from-list'
  | 'receipt-differs'
  | 'no-receipt'
  | 'listed-twice'
  | 'refused-with-tickets-left'
  | 'history-changed'
  | 'stranger-listed'
  | 'together-in-critical-section';

/** One thing that must not be. */
export interface Violation {
  readonly rule: ViolationRule;
  /** What was seen, with names and numbers. */
  readonly message: string;
}

/** What is known of a buyer. */
export interface AuditedBuyer {
  readonly buyer: string;
  readonly outcome: Outcome;
  /** Undefined when it was killed before it could say. */
  readonly receipt: Receipt | undefined;
  /** When it surely was in the critical section, on the clock that all buyers share. */
  readonly critical: readonly { readonly start: number; readonly end: number }[];
}

export interface AuditInput {
  readonly before: TicketDatabase;
  readonly after: TicketDatabase;
  /** The run whose buyers these are; sales of others are others'. */
  readonly run: string;
  readonly buyers: readonly AuditedBuyer[];
  /** Whether the strategy promised that no two are in the critical section together. */
  readonly exclusive: boolean;
}

export interface AuditResult {
  /** On sale before the first buyer came. */
  readonly ticketsBefore: number;
  /** Bought: by a buyer's receipt, or by the file for one that was killed before it had said so, or for others. */
  readonly sold: number;
  /** What the file says is left. */
  readonly left: number;
  /** Sold beyond what there was. */
  readonly oversold: number;
  /** Tickets that more than one buyer has. */
  readonly soldTwice: number;
  /** Receipts that the file knows nothing of: another buyer wrote over them. */
  readonly lostUpdates: number;
  /** Sold to buyers who are not of this run. */
  readonly soldToOthers: number;
  /** Tickets by buyer; of this run. */
  readonly ticketOf: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
}

export function audit({ before, after, run, buyers, exclusive }: AuditInput): AuditResult {
  const violations: Violation[] = [];
  const violate = (rule: ViolationRule, message: string) => violations.push({ rule, message });

  if (!isPrefix(before.sales, after.sales)) {
    violate('history-changed', 'Sales from before this run are not listed as they were.');
  }
  const fresh = after.sales.slice(before.sales.length);
  const ours = fresh.filter((sale) => sale.run === run);
  const others = fresh.filter((sale) => sale.run !== run);
  const listed = new Map<string, number>();
  for (const { buyer, ticket } of ours) {
    if (!buyers.some((known) => known.buyer === buyer)) {
      violate('stranger-listed', `The database lists ${buyer} as of this run; no such buyer came.`);
    }
    if (listed.has(buyer)) violate('listed-twice', `The database lists ${buyer} more than once.`);
    listed.set(buyer, ticket);
  }

  const held: { readonly buyer: string; readonly ticket: number }[] = [...others];
  const ticketOf = new Map<string, number>();
  let lostUpdates = 0;
  const lost: string[] = [];
  for (const { buyer, outcome, receipt } of buyers) {
    const inFile = listed.get(buyer);
    const said = receipt?.ticket;
    if (receipt === undefined && outcome !== 'killed') {
      violate('no-receipt', `${buyer} was not killed, yet never said what it got.`);
    }
    if (typeof said === 'number' && inFile === undefined) {
      lostUpdates++;
      lost.push(`${buyer} (ticket ${said})`);
    } else if (said !== undefined && inFile !== undefined && said !== inFile) {
      violate(
        'receipt-differs',
        `${buyer} says it got ${said === null ? 'nothing' : `ticket ${said}`}; the database lists ticket ${inFile}.`,
      );
    }
    if (said === null && inFile === undefined && after.tickets > 0) {
      violate('refused-with-tickets-left', `${buyer} was refused, yet ${after.tickets} are left.`);
    }
    const ticket = said ?? inFile;
    if (ticket === undefined) continue;
    held.push({ buyer, ticket });
    ticketOf.set(buyer, ticket);
  }
  if (lostUpdates > 0) {
    violate('lost-update', `Bought, but not in the database: ${lost.join(', ')}.`);
  }

  const oversold = Math.max(0, held.length - before.tickets);
  if (oversold > 0) violate('oversold', `${held.length} tickets were sold; there were ${before.tickets}.`);
  const twice = soldMoreThanOnce(held);
  for (const [ticket, holders] of twice) {
    violate('sold-twice', `Ticket ${ticket} was sold to ${holders.join(', ')}.`);
  }
  if (before.tickets - after.tickets !== fresh.length) {
    violate(
      'count-differs-from-list',
      `The count went from ${before.tickets} to ${after.tickets}, but ${fresh.length} more sales are listed.`,
    );
  }
  if (exclusive) {
    for (const [one, other] of overlaps(buyers)) {
      violate('together-in-critical-section', `${one} and ${other} were in the critical section together.`);
    }
  }
  return {
    ticketsBefore: before.tickets,
    sold: held.length,
    left: after.tickets,
    oversold,
    soldTwice: twice.length,
    lostUpdates,
    soldToOthers: others.length,
    ticketOf,
    violations,
  };
}

function isPrefix(older: readonly TicketSale[], newer: readonly TicketSale[]): boolean {
  return older.every((sale, index) => {
    const now = newer[index];
    return now?.ticket === sale.ticket && now.buyer === sale.buyer && now.run === sale.run;
  });
}

function soldMoreThanOnce(
  held: readonly { readonly buyer: string; readonly ticket: number }[],
): [number, string[]][] {
  const holders = new Map<number, string[]>();
  for (const { buyer, ticket } of held) holders.set(ticket, [...(holders.get(ticket) ?? []), buyer]);
  return [...holders].filter(([, names]) => names.length > 1).toSorted(([one], [other]) => one - other);
}

/** Each visit against the one that has lasted longest of those before it. */
function overlaps(buyers: readonly AuditedBuyer[]): [string, string][] {
  const visits = buyers
    .flatMap(({ buyer, critical }) => critical.map((interval) => ({ buyer, ...interval })))
    .toSorted((one, other) => one.start - other.start);
  const found: [string, string][] = [];
  let longest: (typeof visits)[number] | undefined;
  for (const visit of visits) {
    if (longest !== undefined && visit.start < longest.end) found.push([longest.buyer, visit.buyer]);
    if (longest === undefined || visit.end > longest.end) longest = visit;
  }
  return found;
}
