/**
 * How a lock is sent to another process: not itself, but where over there it is built again.
 *
 * The method under `Symbol.for('core-process.handover')` returns `{ module, export, data }`; the receiver imports
 * the module and calls the export with the data. Held locks are not handed over: the object is, not the grant.
 */

/** How to build an object again in another process. */
export interface Handover<D = unknown> {
  /** URL of the module. */
  readonly module: string;
  readonly export: string;
  /** Cloneable by the structured-clone algorithm. */
  readonly data: D;
}

export const handoverKey: unique symbol = Symbol.for('core-process.handover') as never;
