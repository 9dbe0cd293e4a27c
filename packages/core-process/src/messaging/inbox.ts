/**
 * Payloads that have arrived and that nobody has taken yet, in order, and the end after the last of them.
 *
 * Whoever waits first gets first. Looking (`watch`) takes nothing.
 */

import { Deque } from '../deque.js';

/** How a stream of messages ended: with an error when it was cut off. */
export interface InboxEnd {
  readonly error: Error | undefined;
}

/** Beyond this many bytes the sender has to wait. */
const FULL_BYTES = 1024 * 1024;

type Taker = (payload: Buffer | undefined) => void;

export class Inbox {
  readonly #payloads = new Deque<Buffer>();
  #bytes = 0;
  #end: InboxEnd | undefined;
  readonly #takers = new Set<Taker>();
  readonly #watchers = new Set<() => void>();
  readonly #waitingForRoom = new Set<() => void>();

  /** Set once nothing more will arrive; what has arrived can still be taken. */
  get end(): InboxEnd | undefined {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#payloads.length === 0;
  }

  /** Never after the end: what still comes is thrown away. */
  get isFull(): boolean {
    return this.#bytes >= FULL_BYTES && this.#end === undefined;
  }

  push(payload: Buffer): void {
    if (this.#end !== undefined) return;
    const [taker] = this.#takers;
    if (taker === undefined) {
      this.#payloads.push(payload);
      this.#bytes += payload.byteLength;
    } else {
      this.#takers.delete(taker);
      taker(payload);
    }
    for (const watcher of this.#watchers) watcher();
  }

  close(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    for (const taker of this.#takers) taker(undefined);
    this.#takers.clear();
    for (const watcher of this.#watchers) watcher();
    this.#tellRoom();
  }

  /** The next payload; undefined when none is there now. */
  take(): Buffer | undefined {
    const payload = this.#payloads.shift();
    if (payload === undefined) return undefined;
    const wasFull = this.isFull;
    this.#bytes -= payload.byteLength;
    if (wasFull && !this.isFull) this.#tellRoom();
    return payload;
  }

  /**
   * Gives the next payload, or undefined at the end, as soon as there is one.
   *
   * @returns takes the wish back
   */
  next(taker: Taker): () => void {
    if (!this.isEmpty || this.#end !== undefined) {
      taker(this.take());
      return () => undefined;
    }
    this.#takers.add(taker);
    return () => this.#takers.delete(taker);
  }

  /** Calls back at every change. @returns stops that */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Calls back once when it is no longer full, or has ended. */
  onRoom(callback: () => void): void {
    this.#waitingForRoom.add(callback);
  }

  #tellRoom(): void {
    const waiting = [...this.#waitingForRoom];
    this.#waitingForRoom.clear();
    for (const callback of waiting) callback();
  }
}
