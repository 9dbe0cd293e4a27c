/**
 * How buyers keep out of each other's way.
 *
 * A strategy has two halves. This object is used in the process that holds the sale; `buy` names a function that
 * each buyer's own process imports and calls: functions can't be sent to another process, their names can.
 */
import type { Purchase, Receipt } from '../purchase.js';

/** Where the function that buys is exported. */
export interface BuyReference {
  /** URL of the module; a path won't do, since a path means something else in each folder. */
  readonly module: URL | string;
  /** Name of the export, a {@link BuyFunction}. */
  readonly export: string;
}

/**
 * Buys one ticket, in the buyer's process.
 *
 * @param purchase - what the buyer can do
 * @param shared - what {@link Strategy.prepare} gave, as it arrived over here
 */
export type BuyFunction<S = undefined> = (purchase: Purchase, shared: S) => Promise<Receipt>;

/** What the buyers of one sale share. */
export interface Preparation {
  /** Sent to each buyer: plain data, or objects that can be handed over, such as an ipc-lock `Lock`. */
  readonly shared?: unknown;
  /** Keeps buyers who are not of this run out while the database is made ready; needed only where there can be any. */
  readonly runExclusive?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
  /** Lets go of it, after the last buyer; called once, however the sale ended. */
  readonly close?: (() => void | Promise<void>) | undefined;
}

/** What a strategy may build on. */
export interface PrepareContext {
  /** Absolute path of the database; the file may not be there yet. */
  readonly databaseFile: string;
  /** Aborts when the sale is called off: a wait in here should end then. */
  readonly signal: AbortSignal;
}

/** A way to sell tickets to buyers who come at the same time. */
export interface Strategy {
  readonly name: string;
  /** What it shows, in a line. */
  readonly summary: string;
  /** True when it promises to lose nothing and to sell nothing twice: a broken promise is then a failure. */
  readonly correct: boolean;
  /** True when it promises that two buyers are never in the critical section together. */
  readonly exclusive: boolean;
  /** Whether buyers come together, or each after the one before has gone. */
  readonly arrival: 'together' | 'one-by-one';
  readonly buy: BuyReference;
  /** Called once a sale, before the database is touched and the first buyer comes. */
  readonly prepare?: ((context: PrepareContext) => Preparation | Promise<Preparation>) | undefined;
}
