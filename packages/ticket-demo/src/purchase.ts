/** What a buyer can do, as a strategy sees it. */
import type { TicketDatabase } from './database.js';

/** What a buyer says it has got: a ticket's number, or null when none was left. */
export interface Receipt {
  readonly ticket: number | null;
}

/** One buyer's purchase, in the buyer's own process. */
export interface Purchase {
  /** Name of the buyer, for example `buyer-3`. */
  readonly buyer: string;
  /** Name of this run; a sale in the database carries it. */
  readonly run: string;
  /** Absolute path of the database. */
  readonly databaseFile: string;
  /**
   * The purchase of the story, in a critical section of its own: read the count, and if any is left, think and
   * write back one fewer. Nothing here keeps others out; that is the strategy's business.
   */
  takeTicket(): Promise<Receipt>;
  /** Marks what `work` does as this buyer's critical section, for the timeline and the audit. */
  critical<T>(work: () => Promise<T>): Promise<T>;
  /** Reads the database. */
  read(): Promise<TicketDatabase>;
  /** Thinks for as long as this buyer's plan says. */
  think(): Promise<void>;
  /**
   * Writes `seen` back with one ticket fewer, sold to this buyer: in one step, durably, over whatever is there.
   *
   * @param seen - what {@link Purchase.read} gave, with a ticket left
   */
  writeSale(seen: TicketDatabase): Promise<Receipt>;
}
