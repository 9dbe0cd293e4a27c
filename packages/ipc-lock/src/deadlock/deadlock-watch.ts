/**
 * Looks, while a wait goes on, whether it can ever end: whether it waits for one who waits, at last, for itself.
 *
 * A circle counts when it is seen twice, a while apart, with the same waits in it: then none of them was about to end.
 * Of the waits in a circle the one that began last is given up, and the others get what it releases.
 */
import { DeadlockError } from '../errors.js';
import { currentOwner, type KnownLock } from './lock-owner.js';
import { newWaitId, type OwnWait, readAll, strikeOut, writeDown, type WrittenWait } from './wait-board.js';

/** How long a wait goes on before it is written down, and then between two looks, in milliseconds. */
const LOOK_MS = 25;

export class DeadlockWatch implements Disposable {
  readonly #wait: OwnWait;
  #lastLook = performance.now();
  #circle = '';
  #isWrittenDown = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(waitsFor: KnownLock) {
    const since = performance.timeOrigin + performance.now();
    this.#wait = { id: newWaitId(), owner: currentOwner(), waitsFor, since };
  }

  /** Looks now and then, and calls `giveUp` once if the wait is the one to be given up. */
  start(giveUp: (reason: unknown) => void): void {
    this.#timer = setInterval(() => {
      try {
        this.look();
      } catch (error) {
        clearInterval(this.#timer);
        giveUp(error);
      }
    }, LOOK_MS).unref();
  }

  /** To be called again and again during a wait that blocks the thread. @throws DeadlockError */
  look(): void {
    if (performance.now() - this.#lastLook < LOOK_MS) return;
    this.#lastLook = performance.now();
    if (!this.#isWrittenDown) {
      writeDown(this.#wait);
      this.#isWrittenDown = true;
      return;
    }
    const circle = findCircle(readAll(), this.#wait.id);
    const seen = circle
      .map(({ id }) => id)
      .toSorted()
      .join(' ');
    const isConfirmed = circle.length > 0 && seen === this.#circle;
    this.#circle = seen;
    const latest = circle.toSorted((a, b) => b.since - a.since || (a.id < b.id ? 1 : -1))[0];
    if (isConfirmed && latest?.id === this.#wait.id) throw new DeadlockError(partiesOf(circle));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#isWrittenDown) strikeOut(this.#wait.id);
  }
}

/** The waits, each for what the next holds, the last for what the first holds; empty if there is no such circle. */
export function findCircle(waits: readonly WrittenWait[], start: string): readonly WrittenWait[] {
  const visited = new Set<string>();
  const follow = (path: readonly WrittenWait[]): readonly WrittenWait[] => {
    const wait = path.at(-1);
    if (wait === undefined) return [];
    for (const next of waits) {
      if (!next.holds.some(({ path: held }) => held === wait.waitsFor.path)) continue;
      if (next.id === start) return path;
      if (visited.has(next.id)) continue;
      visited.add(next.id);
      const circle = follow([...path, next]);
      if (circle.length > 0) return circle;
    }
    return [];
  };
  return follow(waits.filter(({ id }) => id === start));
}

function partiesOf(circle: readonly WrittenWait[]): { pid: number; holds: string; waitsFor: string }[] {
  return circle.map(({ pid, waitsFor }, index) => {
    const before = circle.at(index - 1) as WrittenWait;
    return { pid, holds: before.waitsFor.what, waitsFor: waitsFor.what };
  });
}
