/** What is known of one buyer, put together from what it said until it ended. */
import type { BuyerMessage } from './gate-protocol.js';
import type { BuyerPlan } from './plan.js';
import type { Receipt } from './purchase.js';
import type { Outcome, Phase } from './sale-event.js';

/** A stretch of a buyer's time, in milliseconds on one clock. */
export interface Interval {
  readonly phase: Phase;
  readonly start: number;
  readonly end: number;
}

interface OpenInterval {
  readonly phase: Phase;
  readonly start: number;
}

/** Instants in and out are those of `now()`. */
export class Visit {
  readonly plan: BuyerPlan;
  pid: number | undefined;
  receipt: Receipt | undefined;
  /** When SIGKILL was sent: it was alive until then, and for an unknown moment after. */
  killedAt: number | undefined;
  outcome: Outcome | undefined;
  /** Whether it ever came to the gate. */
  hasArrived = false;
  readonly #intervals: Interval[] = [];
  #open: OpenInterval | undefined;
  #lastHeard: number | undefined;

  constructor(plan: BuyerPlan) {
    this.plan = plan;
  }

  get buyer(): string {
    return this.plan.buyer;
  }

  hear(message: BuyerMessage): void {
    if ('at' in message) this.#lastHeard = message.at;
    if (message.kind === 'hello') this.hasArrived = true;
    if (message.kind === 'receipt') this.receipt = { ticket: message.ticket };
    if (message.kind !== 'phase') return;
    this.#close(message.at);
    if (message.phase !== 'leaving') this.#open = { phase: message.phase, start: message.at };
  }

  /** The sale is open, and it may not come in yet. */
  waitOutside(since: number): void {
    this.#open = { phase: 'waiting', start: since };
  }

  end(outcome: Outcome): void {
    this.outcome = outcome;
    // Killed: it lived at least until the signal was sent, or until it was last heard of.
    this.#close(this.killedAt ?? this.#lastHeard ?? this.#open?.start ?? 0);
  }

  #close(at: number): void {
    if (this.#open === undefined) return;
    const { phase, start } = this.#open;
    this.#open = undefined;
    this.#intervals.push({ phase, start, end: Math.max(start, at) });
  }

  get intervals(): readonly Interval[] {
    return this.#intervals;
  }

  /** Milliseconds spent waiting; undefined for a buyer that never had its turn. */
  get wait(): number | undefined {
    if (!this.#intervals.some(({ phase }) => phase === 'critical') && this.receipt === undefined)
      return undefined;
    return this.#intervals
      .filter(({ phase }) => phase === 'waiting')
      .reduce((sum, { start, end }) => sum + end - start, 0);
  }
}
