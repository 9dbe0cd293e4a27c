// Lottery: each turn is drawn, with chances by tickets.

import { requireInteger, requireObject } from '../validate.js';
import type { Policy, ProcessView } from './policy.js';

/** How long a turn is. */
export interface LotteryOptions {
  /** Ticks of a turn. */
  readonly quantum: number;
}

/**
 * Lottery scheduling: of all tickets of those ready one is drawn, and its holder runs for a quantum.
 * Drawing costs O(log n).
 *
 * @throws {@link InvalidInputError} for a quantum that is none
 * @see C. Waldspurger, W. Weihl, "Lottery Scheduling: Flexible Proportional-Share Resource Management" (1994)
 */
export function lottery(options: LotteryOptions): Policy {
  const given = requireObject('lottery(options)', options, 'an object: { quantum }');
  const quantum = requireInteger('lottery(options).quantum', given['quantum'], 1);
  return {
    name: `lottery(quantum ${quantum})`,
    start({ random }) {
      const tickets = new TicketTree();
      const ready = new Map<number, ProcessView>();
      return {
        enqueue(process) {
          ready.set(process.pid, process);
          tickets.set(process.pid, process.tickets);
        },
        dequeue(process) {
          ready.delete(process.pid);
          tickets.set(process.pid, 0);
        },
        pickNext(core) {
          const winner = tickets.holderOf(random.below(tickets.total));
          if (ready.get(winner)?.mayRunOn(core) === true) return winner;
          // The winner may not run here: draw among those who may.
          const here = [...ready.values()].filter((process) => process.mayRunOn(core));
          const total = here.reduce((sum, process) => sum + process.tickets, 0);
          let draw = total === 0 ? 0 : random.below(total);
          return here.find((process) => (draw -= process.tickets) < 0)?.pid;
        },
        sliceFor: () => quantum,
      };
    },
  };
}

/** Tickets by pid as a Fenwick tree: sums of ranges whose length is a power of two. */
class TicketTree {
  #sums: number[] = [0, 0];
  readonly #tickets: number[] = [];
  total = 0;

  set(pid: number, tickets: number): void {
    while (pid >= this.#sums.length) this.#double();
    const change = tickets - (this.#tickets[pid] ?? 0);
    this.#tickets[pid] = tickets;
    this.total += change;
    for (let at = pid; at < this.#sums.length; at += at & -at) {
      this.#sums[at] = (this.#sums[at] as number) + change;
    }
  }

  /** Whose the ticket is, counted through by pid from 0. */
  holderOf(ticket: number): number {
    let left = ticket;
    let at = 0;
    for (let step = this.#sums.length >> 1; step > 0; step >>= 1) {
      const next = at + step;
      const sum = this.#sums[next];
      if (sum !== undefined && sum <= left) {
        left -= sum;
        at = next;
      }
    }
    return at + 1;
  }

  #double(): void {
    const length = this.#sums.length * 2;
    this.#sums = Array.from({ length }, () => 0);
    this.total = 0;
    for (const [pid, tickets] of this.#tickets.entries()) {
      if (tickets === undefined || tickets === 0) continue;
      this.total += tickets;
      for (let at = pid; at < length; at += at & -at) this.#sums[at] = (this.#sums[at] as number) + tickets;
    }
  }
}
