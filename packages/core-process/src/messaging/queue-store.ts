/**
 * The items of a queue, in the process that made it: who gets which, and who waits.
 *
 * An item is in one place: here, or with one taker who has not confirmed it. It counts against `maxSize` until then.
 * A taker that goes gives back what it has not confirmed, to the head and in order.
 *
 * | who waits | for what                  | who ends the wait          |
 * | --------- | ------------------------- | -------------------------- |
 * | putters   | a free place              | a confirmed item           |
 * | takers    | an item                   | a put, or items given back |
 * | joiners   | `unfinished` to be zero   | taskDone()                 |
 */
import { Deque } from '../deque.js';
import { ProcessStateError, QueueClosedError } from '../errors.js';

export interface Item {
  /** Position in the queue's life. */
  readonly id: number;
  readonly payload: Buffer;
  /** Its place among all that its last taker was sent: counted from 1, in 32 bits. */
  ordinal: number;
}

/** Whoever takes items: this process, or one that is connected. */
export interface Taker {
  /** Takes get() calls that wait. */
  wants: number;
  /** Sent, not confirmed. */
  readonly unconfirmed: Deque<Item>;
  unconfirmedBytes: number;
  /** How many it was sent in all, in 32 bits. */
  delivered: number;
  /** How much may be sent before it is asked for, while nobody else takes; a last item may be larger than is left. */
  readonly ahead: { readonly items: number; readonly bytes: number };
  /** It was asked to give back, and has been sent nothing since. */
  isRecalled: boolean;
  deliver(item: Item): void;
  /** Asks for the items that it was sent and does not need now. */
  recall(): void;
}

interface Putter {
  readonly payload: Buffer;
  settle(error?: Error): void;
}

const isTooLate = () => false;

export class QueueStore {
  readonly maxSize: number;
  readonly #items = new Deque<Item>();
  #lastId = 0;
  #unconfirmed = 0;
  #unfinished = 0;
  #isClosed = false;
  readonly #putters = new Set<Putter>();
  /** In the order in which they began to wait; one stands here once for each item that it wants. */
  #waiting = new Deque<Taker>();
  readonly #takers = new Set<Taker>();
  readonly #joiners = new Set<(error?: Error) => void>();

  constructor(maxSize: number) {
    this.maxSize = maxSize;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Items that nobody has taken yet. */
  get size(): number {
    return this.#items.length + this.#unconfirmed;
  }

  /** @returns takes the wish back; false when it has been settled */
  put(payload: Buffer, settle: (error?: Error) => void): () => boolean {
    if (this.#putters.size === 0 && this.size < this.maxSize) {
      this.#add(payload);
      settle();
      this.#advance();
      return isTooLate;
    }
    const putter: Putter = { payload, settle };
    this.#putters.add(putter);
    this.#advance();
    return () => this.#putters.delete(putter);
  }

  want(taker: Taker): void {
    taker.wants++;
    this.#takers.add(taker);
    this.#waiting.push(taker);
    this.#advance();
  }

  /** A get() gave up. */
  unwant(taker: Taker): void {
    if (taker.wants === 0) return;
    taker.wants--;
    const waiting = this.#waiting.drain();
    waiting.splice(waiting.lastIndexOf(taker), 1);
    for (const other of waiting) this.#waiting.push(other);
  }

  /** The next item, for someone who does not wait; it has to be confirmed. */
  tryTake(taker: Taker): Item | undefined {
    const item = this.#items.shift();
    if (item !== undefined) this.#hand(item, taker);
    return item;
  }

  /** It has taken all that was delivered up to that one, but for what it has given back. */
  confirm(taker: Taker, ordinal: number): void {
    const before = taker.unconfirmed.length;
    for (;;) {
      const first = taker.unconfirmed.peek();
      // The difference also tells which comes first when the count has begun anew.
      if (first === undefined || ((first.ordinal - ordinal) | 0) > 0) break;
      taker.unconfirmed.shift();
      taker.unconfirmedBytes -= first.payload.byteLength;
    }
    if (taker.unconfirmed.length === before) return;
    this.#unconfirmed -= before - taker.unconfirmed.length;
    this.#advance();
  }

  giveBack(taker: Taker, ids: Iterable<number>): void {
    const back: Item[] = [];
    for (const id of ids) {
      const item = taker.unconfirmed.take((sent) => sent.id === id);
      if (item === undefined) continue;
      taker.unconfirmedBytes -= item.payload.byteLength;
      back.push(item);
    }
    this.#putBack(back);
  }

  #putBack(back: readonly Item[]): void {
    this.#unconfirmed -= back.length;
    // Behind earlier ones that others have given back.
    const earlier: Item[] = [];
    const last = back.at(-1)?.id ?? 0;
    for (let first = this.#items.peek(); first !== undefined && first.id < last; first = this.#items.peek()) {
      earlier.push(this.#items.shift() as Item);
    }
    const head = [...earlier, ...back].toSorted((one, other) => one.id - other.id);
    for (const item of head.toReversed()) this.#items.unshift(item);
    this.#advance();
  }

  /** It has ended, or closed its end. */
  leave(taker: Taker): void {
    this.#takers.delete(taker);
    for (const waiting of this.#waiting.drain()) if (waiting !== taker) this.#waiting.push(waiting);
    taker.wants = 0;
    this.#putBack(taker.unconfirmed.drain());
  }

  /** @throws ProcessStateError when more were done than were put */
  taskDone(): void {
    if (this.#unfinished === 0) {
      throw new ProcessStateError('taskDone() was called more often than items were put into the queue.');
    }
    if (--this.#unfinished > 0) return;
    for (const joiner of this.#joiners) joiner();
    this.#joiners.clear();
  }

  /** Calls back when every item was done, or the queue closed. @returns takes the wish back */
  onFinished(joiner: (error?: Error) => void): () => void {
    if (this.#unfinished === 0) {
      joiner();
      return () => undefined;
    }
    this.#joiners.add(joiner);
    return () => this.#joiners.delete(joiner);
  }

  /** Whoever waits hears it; items that are left are dropped. */
  close(): void {
    this.#isClosed = true;
    this.#items.drain();
    this.#waiting.drain();
    for (const putter of this.#putters) putter.settle(new QueueClosedError());
    for (const joiner of this.#joiners) joiner(new QueueClosedError());
    this.#putters.clear();
    this.#joiners.clear();
  }

  /** Lets in who waits for a place, and serves who waits for an item, until one of the two is short. */
  #advance(): void {
    for (;;) {
      const [putter] = this.#putters;
      if (putter !== undefined && this.size < this.maxSize) {
        this.#putters.delete(putter);
        this.#add(putter.payload);
        putter.settle();
      } else if (!this.#serve()) return;
    }
  }

  #add(payload: Buffer): void {
    this.#items.push({ id: ++this.#lastId, payload, ordinal: 0 });
    this.#unfinished++;
  }

  #serve(): boolean {
    const item = this.#items.peek();
    if (item === undefined) {
      // One that waits does so in vain while another holds more than it needs.
      if (this.#waiting.length > 0) this.#recall();
      return false;
    }
    const taker = this.#waiting.shift() ?? this.#onlyTaker();
    if (taker === undefined) return false;
    if (taker.wants > 0) taker.wants--;
    this.#items.shift();
    this.#hand(item, taker);
    taker.deliver(item);
    // One that holds nothing and asks for nothing stands in nobody's way.
    if (taker.ahead.items === 0 && taker.wants === 0) this.#takers.delete(taker);
    return true;
  }

  /** With one taker, items can be sent before it asks. */
  #onlyTaker(): Taker | undefined {
    const [taker] = this.#takers;
    if (this.#takers.size !== 1 || taker === undefined) return undefined;
    const { unconfirmed, unconfirmedBytes, ahead } = taker;
    return unconfirmed.length < ahead.items && unconfirmedBytes < ahead.bytes ? taker : undefined;
  }

  #recall(): void {
    for (const taker of this.#takers) {
      if (taker.unconfirmed.length === 0 || taker.wants > 0 || taker.isRecalled) continue;
      taker.isRecalled = true;
      taker.recall();
    }
  }

  #hand(item: Item, taker: Taker): void {
    item.ordinal = taker.delivered = (taker.delivered + 1) >>> 0;
    taker.unconfirmed.push(item);
    taker.unconfirmedBytes += item.payload.byteLength;
    taker.isRecalled = false;
    this.#unconfirmed++;
  }
}
