/**
 * Who holds a lock in this process, and in which order its tasks get it.
 *
 * The gate is passed in the order of asking, and only its holder looks at the lock itself. So an exclusive wait is not
 * overtaken by shared ones, and one that gives up lets the next look at once.
 */
import type * as AsyncMutex from 'async-mutex';
import { requireFrom } from '../platform/lazy-builtins.js';
import type { PendingWait } from './pending-wait.js';

export class LocalQueue {
  #gate: AsyncMutex.Mutex | undefined;
  #exclusive = false;
  #shared = 0;
  #onLeave: (() => void) | undefined;

  /** True while another task of this process is ahead. */
  get isContended(): boolean {
    return this.#gate?.isLocked() === true;
  }

  /** Waits for its turn to look at the lock; returns what ends the turn. */
  async takeTurn(wait: PendingWait): Promise<() => void> {
    this.#gate ??= newMutex();
    const gate = this.#gate;
    if (!gate.isLocked()) return await gate.acquire();
    return await wait.until<() => void>((done) => {
      let givenUp = false;
      // async-mutex can't take one waiter out of its queue: one that gave up passes the turn on.
      const queue = async () => {
        const endTurn = await gate.acquire();
        if (givenUp) endTurn();
        else done(endTurn);
      };
      void queue();
      return () => {
        givenUp = true;
      };
    });
  }

  /** Runs `work` when it is its turn. */
  async inTurn<T>(wait: PendingWait, work: () => Promise<T>): Promise<T> {
    const endTurn = await this.takeTurn(wait);
    try {
      wait.throwIfCancelled();
      return await work();
    } finally {
      endTurn();
    }
  }

  /** True when no holder in this process is in the way. */
  admits(shared: boolean): boolean {
    return !this.#exclusive && (shared || this.#shared === 0);
  }

  /** Waits until {@link admits}; only for the one whose turn it is. */
  async untilAdmitted(shared: boolean, wait: PendingWait): Promise<void> {
    while (!this.admits(shared)) {
      await wait.until<void>((done) => {
        this.#onLeave = done;
        return () => {
          this.#onLeave = undefined;
        };
      });
    }
  }

  enter(shared: boolean): void {
    if (shared) this.#shared++;
    else this.#exclusive = true;
  }

  leave(shared: boolean): void {
    if (shared) this.#shared--;
    else this.#exclusive = false;
    this.#onLeave?.();
  }
}

let mutexes: typeof AsyncMutex | undefined;

/** Loaded at the first wait: many locks never wait. */
function newMutex(): AsyncMutex.Mutex {
  mutexes ??= requireFrom(import.meta.url)('async-mutex') as typeof AsyncMutex;
  return new mutexes.Mutex();
}
