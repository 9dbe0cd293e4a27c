/** One end of a two-way stream of payloads, however it is carried. One file a way beside this. */
import type { Inbox } from './inbox.js';

export interface Link {
  /** What the other end has sent. */
  readonly inbox: Inbox;
  /** True while the other end is in another process: waiting for it makes sense. */
  readonly isRemote: boolean;
  /**
   * Sends at once.
   *
   * @returns undefined when there is room for more, else a promise for that; it also resolves at the end of the link
   * @throws ConnectionEndedError when the other end is gone
   */
  send(payload: Uint8Array): Promise<void> | undefined;
  /** Nothing more from this side. What was sent still arrives. */
  end(error?: Error): void;
}

/** A link whose both ends are this package's own: it can be cut off, and messages sent together. */
export interface BatchLink extends Link {
  /** True while something that was sent has not left this process. */
  readonly hasUnsent: boolean;
  /** @param isQuiet - the other side need not wake for it */
  send(payload: Uint8Array, isQuiet?: boolean): Promise<void> | undefined;
  /** Like end(); calls back when what was sent has left this process, or nobody is there to take it. */
  endThen(done: () => void): void;
  /** Messages sent between the two go out together. */
  cork(): void;
  uncork(): void;
  /** Reads what is there, quiet messages too. */
  poll(): void;
  /** At the worker: whether it may begin its task of that number, counted from 1. */
  claim(ordinal: number): boolean;
  /**
   * At the pool: takes back every task up to that number which has not begun.
   *
   * @returns number of the last one that has; undefined when that can't be done
   */
  revoke(ordinal: number): number | undefined;
  /**
   * Says, without a message, that what the other side has sent was taken up to a number.
   *
   * @returns false where that takes a message
   */
  confirm(ordinal: number): boolean;
  /** What the other side has said so; undefined where it sends messages. */
  confirmed(): number | undefined;
  destroy(): void;
}

/**
 * Joins two links: what one receives the other sends, until one ends.
 *
 * Slow receivers hold up their senders through it.
 */
export function splice(one: Link, other: Link): void {
  pump(one, other);
  pump(other, one);
}

function pump(from: Link, to: Link): void {
  from.inbox.next((payload) => {
    if (payload === undefined) {
      to.end(from.inbox.end?.error);
      return;
    }
    let room: Promise<void> | undefined;
    try {
      room = to.send(payload);
    } catch {
      // The receiver is gone: its sender hears that from its own end.
      from.end();
      return;
    }
    if (room === undefined) pump(from, to);
    else void room.then(() => pump(from, to));
  });
}
