/** What happens in a sale, as it is told while it goes on and kept for the report. */

/**
 * What a buyer is doing.
 *
 * | phase       | from                                       | to                              |
 * | ----------- | ------------------------------------------ | ------------------------------- |
 * | `waiting`   | the opening, if it may not come in yet     | it is in                        |
 * | `searching` | reading the count, and thinking about it   |                                 |
 * | `waiting`   | it wants to buy                            | it may                          |
 * | `critical`  | reading the count again, thinking, writing | the sale is on the disk         |
 */
export type Phase = 'searching' | 'waiting' | 'critical';

/** How it ended for a buyer. `killed` counts whatever it had got until then. */
export type Outcome = 'served' | 'refused' | 'killed';

/** Instants are milliseconds since the gate was opened. */
export type SaleEvent =
  /** The first of a sale: its buyers' processes are about to be started. */
  | { readonly kind: 'begun'; readonly strategy: string; readonly tickets: number; readonly buyers: number }
  | { readonly kind: 'started'; readonly buyer: string; readonly pid: number | undefined }
  /** Everyone who may come in first is at the gate. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'phase'; readonly buyer: string; readonly phase: Phase; readonly at: number }
  | { readonly kind: 'receipt'; readonly buyer: string; readonly ticket: number | null; readonly at: number }
  | { readonly kind: 'ended'; readonly buyer: string; readonly outcome: Outcome };
