/** A queue that another process has made. One link for each queue, however often it was handed over. */
import { Deque } from '../deque.js';
import { ConnectionEndedError, ProcessStateError, QueueClosedError, QueueLostError } from '../errors.js';
import { type Futex, futexCalls } from '../os/futex.js';
import { createSharedPages, type SharedPages } from '../os/shared-pages.js';
import { perProcess } from '../per-process.js';
import type { BatchLink } from './link.js';
import type { Item } from './queue-store.js';
import { holdLoop } from './keep-alive.js';
import { Pending } from './pending.js';
import type { QueueAccess } from './queue-access.js';
import { FromMaker, queueMessage, readQueueMessage, ToMaker } from './queue-protocol.js';
import { type Offer, takeOffer } from './rendezvous.js';
import { RING_LINK_BYTES, RingLink } from './ring-link.js';
import type { StreamLink } from './stream-link.js';

interface Answer {
  readonly kind: number;
  readonly body: Buffer;
}

interface Request {
  answer(answer: Answer): void;
  fail(error: unknown): void;
}

/** The maker sends further ones ahead when it hears of confirmed ones. */
const TELL_EVERY = 64;

const visitorsOf = perProcess(() => new Map<string, QueueVisitor>());

export class QueueVisitor implements QueueAccess {
  readonly isShared = true;
  readonly isRemote = true;
  /** The stream first; rings in its place where they can be had. */
  #link: BatchLink;
  #pages: SharedPages | undefined;
  readonly #offer: Offer;
  /** Items that the maker has sent, counted as it counts them. */
  #delivered = 0;
  readonly #isBounded: boolean;
  readonly #requests = new Map<number, Request>();
  #lastRequest = 0;
  /** Sent by the maker, and not taken yet. */
  readonly #items = new Deque<Item>();
  readonly #getters = new Set<{ resolve(payload: Buffer): void; reject(error: Error): void }>();
  /** The tryGet() that the next item is for. */
  #finder: Request | undefined;
  #end: Error | undefined;

  private constructor(offer: Offer, maxSize: number) {
    this.#isBounded = maxSize !== Infinity;
    this.#offer = offer;
    const stream = takeOffer(offer);
    stream.isServed = true;
    this.#link = stream;
    this.#listen();
    this.#pages = futexCalls() && createSharedPages(RING_LINK_BYTES);
    if (this.#pages !== undefined) {
      void stream.send(queueMessage(ToMaker.ring, 0, Buffer.from(this.#pages.path)));
    }
  }

  #listen(): void {
    const { inbox } = this.#link;
    const hear = () => {
      for (let message = inbox.take(); message !== undefined; message = inbox.take()) {
        if (message[0] === FromMaker.ringOk) {
          stop();
          this.#switch();
          return;
        }
        this.#read(message);
      }
      if (inbox.end === undefined) return;
      visitorsOf().delete(this.#offer.id);
      this.#fail(new QueueLostError(inbox.end.error === undefined ? {} : { cause: inbox.end.error }));
      this.#pages?.discard();
    };
    const stop = inbox.watch(hear);
    hear();
  }

  /** The maker has found the memory: both go on by rings. */
  #switch(): void {
    const stream = this.#link as StreamLink;
    const pages = this.#pages as SharedPages;
    pages.closePath();
    this.#tell(queueMessage(ToMaker.switch, 0));
    this.#link = new RingLink(stream, pages.buffer, 1, futexCalls() as Futex);
    this.#listen();
  }

  static to(offer: Offer, maxSize: number): QueueVisitor {
    const visitors = visitorsOf();
    let visitor = visitors.get(offer.id);
    if (visitor === undefined) visitors.set(offer.id, (visitor = new QueueVisitor(offer, maxSize)));
    return visitor;
  }

  get hasUnsent(): boolean {
    return this.#link.hasUnsent;
  }

  put(payload: Buffer): Pending<void> | Promise<void> | undefined {
    this.#check();
    if (!this.#isBounded) return this.#send(queueMessage(ToMaker.offer, 0, payload));
    let giveUp: unknown;
    return this.#request(
      ToMaker.put,
      ({ kind }) => {
        // Whatever the signal that gave up has as its reason.
        if (kind !== FromMaker.ok) throw (giveUp as Error | undefined) ?? new QueueClosedError();
      },
      {
        body: payload,
        // The maker has the last word: the item may have found its place in this moment.
        takeBack: (number, reason) => {
          giveUp = reason;
          this.#tell(queueMessage(ToMaker.cancelPut, number));
          return false;
        },
      },
    );
  }

  get(): Buffer | Pending<Buffer> {
    this.#check();
    const payload = this.#getters.size === 0 ? this.#takeItem() : undefined;
    if (payload !== undefined) return payload;
    return new Pending((resolve, reject) => {
      const getter = { resolve, reject };
      this.#getters.add(getter);
      void this.#send(queueMessage(ToMaker.want, 0));
      return () => {
        if (!this.#getters.delete(getter)) return false;
        this.#tell(queueMessage(ToMaker.unwant, 0));
        return true;
      };
    });
  }

  tryGet(): Buffer | Pending<Buffer | undefined> {
    this.#check();
    return (
      this.#takeItem() ??
      this.#request(ToMaker.tryGet, ({ kind, body }) => (kind === FromMaker.item ? body : undefined))
    );
  }

  size(): Pending<number> {
    this.#check();
    return this.#request(ToMaker.size, ({ body }) => Number(body.toString()));
  }

  taskDone(): Pending<undefined> {
    this.#check();
    return this.#request(ToMaker.done, ({ kind }): undefined => {
      if (kind === FromMaker.ok) return;
      throw new ProcessStateError('taskDone() was called more often than items were put into the queue.');
    });
  }

  join(): Pending<void> {
    this.#check();
    return this.#request<void>(ToMaker.join, () => undefined);
  }

  /** The maker's to close. Here only the handle ends. */
  close(): void {
    this.#giveBack();
  }

  #check(): void {
    if (this.#end !== undefined) throw this.#end;
  }

  #send(message: Buffer): Promise<void> | undefined {
    try {
      return this.#link.send(message);
    } catch (cause) {
      throw this.#end ?? new QueueLostError({ cause });
    }
  }

  /** For what needs no answer: of a maker that is gone whoever waits hears by the end of the link. */
  #tell(message: Buffer, isQuiet = false): void {
    try {
      void this.#link.send(message, isQuiet);
    } catch (error) {
      if (!(error instanceof ConnectionEndedError)) throw error;
    }
  }

  /** @param takeBack - for a request that the maker ends, whatever happens; others are forgotten here */
  #request<T>(
    kind: number,
    read: (answer: Answer) => T,
    { body, takeBack }: { body?: Buffer; takeBack?: (number: number, reason: unknown) => boolean } = {},
  ): Pending<T> {
    const number = (this.#lastRequest = (this.#lastRequest % 0xffff_ffff) + 1);
    return new Pending<T>((resolve, reject) => {
      // The answer comes, or the end of the link does.
      const releaseLoop = holdLoop();
      const request: Request = {
        answer: (answer) => {
          releaseLoop();
          try {
            resolve(read(answer));
          } catch (error) {
            reject(error);
          }
        },
        fail: (error) => {
          releaseLoop();
          reject(error);
        },
      };
      this.#requests.set(number, request);
      void this.#send(queueMessage(kind, number, body));
      return (reason) => {
        if (takeBack !== undefined) return takeBack(number, reason);
        if (this.#requests.delete(number)) request.fail(reason);
        return false;
      };
    });
  }

  #takeItem(): Buffer | undefined {
    const item = this.#items.shift();
    if (item !== undefined) this.#confirm(item.ordinal);
    return item?.payload;
  }

  /** Said before anyone sees the item: a death after this loses it, none doubles it. */
  #confirm(ordinal: number): void {
    const isFound = this.#link.confirm(ordinal);
    // The maker of a queue without bounds need not hear of each, only be able to find it.
    const isQuiet = isFound && !this.#isBounded && ordinal % TELL_EVERY !== 0;
    if (isQuiet && this.#items.length > 0) return;
    this.#tell(queueMessage(ToMaker.confirm, ordinal), isQuiet);
  }

  #giveBack(): void {
    for (const { id } of this.#items.drain()) this.#tell(queueMessage(ToMaker.giveBack, id));
  }

  #read(message: Buffer): void {
    const { kind, number, body } = readQueueMessage(message);
    switch (kind) {
      case FromMaker.item:
        this.#readItem(number, body);
        return;
      case FromMaker.found:
        this.#finder = this.#requests.get(number);
        this.#requests.delete(number);
        return;
      case FromMaker.recall:
        this.#giveBack();
        return;
      case FromMaker.closed:
        this.#fail(new QueueClosedError());
        return;
      default: {
        const request = this.#requests.get(number);
        this.#requests.delete(number);
        request?.answer({ kind, body });
      }
    }
  }

  #readItem(id: number, payload: Buffer): void {
    this.#delivered = (this.#delivered + 1) >>> 0;
    this.#items.push({ id, payload, ordinal: this.#delivered });
    if (this.#finder !== undefined) {
      // Taken in the order in which they came, as they are confirmed; there may be earlier ones by now.
      this.#finder.answer({ kind: FromMaker.item, body: this.#takeItem() as Buffer });
      this.#finder = undefined;
      return;
    }
    const [getter] = this.#getters;
    if (getter === undefined) return;
    this.#getters.delete(getter);
    getter.resolve(this.#takeItem() as Buffer);
  }

  #fail(error: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    for (const getter of this.#getters) getter.reject(error);
    for (const request of this.#requests.values()) request.fail(error);
    this.#finder?.fail(error);
    this.#getters.clear();
    this.#requests.clear();
    this.#items.drain();
  }
}
