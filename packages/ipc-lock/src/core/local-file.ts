/**
 * Who holds a file in this process, and in which order its tasks get it.
 *
 * The operating system would keep two descriptors of one process apart too, but in no order, and it can't tell a
 * wait that blocks this thread that it waits for this thread. One entry per file, whatever path it was opened by.
 *
 * The gate is passed in the order of asking, and only its holder looks at the file. So an exclusive wait is not
 * overtaken by shared ones, and one that gives up lets the next look at once.
 */
import { Mutex } from 'async-mutex';
import type { PendingWait } from './pending-wait.js';

export class LocalFile {
  readonly key: string;
  /** Waits and grants that use this entry. */
  users = 0;
  readonly #gate = new Mutex();
  #exclusive = false;
  #shared = 0;
  #onLeave: (() => void) | undefined;

  constructor(key: string) {
    this.key = key;
  }

  /** True while another task of this process is ahead. */
  get isContended(): boolean {
    return this.#gate.isLocked();
  }

  /** Waits for its turn to look at the file; returns what ends the turn. */
  async takeTurn(wait: PendingWait): Promise<() => void> {
    if (!this.#gate.isLocked()) return await this.#gate.acquire();
    return await wait.until<() => void>((done) => {
      let givenUp = false;
      // async-mutex can't take one waiter out of its queue: one that gave up passes the turn on.
      const queue = async () => {
        const endTurn = await this.#gate.acquire();
        if (givenUp) endTurn();
        else done(endTurn);
      };
      void queue();
      return () => {
        givenUp = true;
      };
    });
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

const files = new Map<string, LocalFile>();

/** The entry of a file, by {@link OpenFile.key}; to be given back. */
export function borrowLocalFile(key: string): LocalFile {
  let file = files.get(key);
  if (file === undefined) files.set(key, (file = new LocalFile(key)));
  file.users++;
  return file;
}

export function giveBackLocalFile(file: LocalFile): void {
  if (--file.users === 0) files.delete(file.key);
}
