/**
 * What a buyer and the sale tell each other: lines of JSON over one socket a buyer.
 *
 * Buyer to sale: `hello` at the gate; then each phase, the receipt and, for a victim, `here` where it waits to be
 * killed. Sale to buyer: one line `go` when the gate opens. The end of the socket is the end of the other side.
 */
import type { KillStep } from './plan.js';
import type { Phase } from './sale-event.js';

/** Instants are those of `now()`, the same clock on both sides. */
export type BuyerMessage =
  | { readonly kind: 'hello'; readonly index: number; readonly at: number }
  | { readonly kind: 'phase'; readonly phase: Phase | 'leaving'; readonly at: number }
  | { readonly kind: 'receipt'; readonly ticket: number | null; readonly at: number }
  /** Kill me: I am at the step that my plan names, or at my end without having come to it. */
  | { readonly kind: 'here'; readonly step: KillStep | 'leaving' };

export const GO = '{"kind":"go"}';

/** Cuts what arrives into lines. */
export class LineReader {
  #rest = '';

  /** @returns the lines that are complete with this piece */
  push(piece: string): string[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}
