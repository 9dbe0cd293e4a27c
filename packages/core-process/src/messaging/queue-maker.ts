/** A queue in the process that made it, and the other processes that it serves. */
import { Deque } from '../deque.js';
import { QueueClosedError } from '../errors.js';
import { futexCalls } from '../os/futex.js';
import { type MappedPages, openSharedPages } from '../os/shared-pages.js';
import type { BatchLink } from './link.js';
import { Pending } from './pending.js';
import type { QueueAccess } from './queue-access.js';
import { FromMaker, queueMessage, readQueueMessage, ToMaker } from './queue-protocol.js';
import { type Item, QueueStore, type Taker } from './queue-store.js';
import { makeOffer, type Offer, type OpenOffer } from './rendezvous.js';
import { RING_LINK_BYTES, RingLink } from './ring-link.js';
import type { StreamLink } from './stream-link.js';

/** What another process is sent before it asks, while it is the only one that takes: small items by the thousand. */
const AHEAD = { items: 4096, bytes: 256 * 1024 };

/** Puts after which the takers are heard. */
const LISTEN_EVERY = 64;

export class QueueMaker implements QueueAccess {
  readonly isRemote = false;
  readonly hasUnsent = false;
  readonly #store: QueueStore;
  readonly #visits = new Set<Visit>();
  /** Waiting get() calls of this process, in their order. */
  readonly #getters = new Set<{ resolve(payload: Buffer): void; reject(error: Error): void }>();
  readonly #local: Taker;
  #offer: OpenOffer | undefined;
  #puts = 0;
  #isHearing = false;

  constructor(maxSize: number) {
    this.#store = new QueueStore(maxSize);
    this.#local = {
      wants: 0,
      unconfirmed: new Deque(),
      unconfirmedBytes: 0,
      delivered: 0,
      isRecalled: false,
      ahead: { items: 0, bytes: 0 },
      deliver: (item) => {
        const [getter] = this.#getters;
        this.#store.confirm(this.#local, this.#local.delivered);
        if (getter === undefined) return;
        this.#getters.delete(getter);
        getter.resolve(item.payload);
      },
      recall: () => undefined,
    };
  }

  get isShared(): boolean {
    return this.#offer !== undefined;
  }

  /** For every process that is told of it, as often as it likes. */
  offer(): Offer {
    this.#offer ??= makeOffer({ once: false, onLink: (link) => this.#serve(link) });
    return this.#offer.offer;
  }

  put(payload: Buffer): Pending<void> | undefined {
    const pending = new Pending<void>((resolve, reject) =>
      this.#store.put(payload, (error) => (error === undefined ? resolve() : reject(error))),
    );
    // A loop of puts that need not wait keeps the event loop from turning: takers would wait for its end.
    if (++this.#puts % LISTEN_EVERY === 0) this.#hearAll();
    return pending.isSettled ? undefined : pending;
  }

  get(): Buffer | Pending<Buffer> {
    const payload = this.#getters.size === 0 ? this.tryGet() : undefined;
    if (payload !== undefined) return payload;
    return new Pending((resolve, reject) => {
      const getter = { resolve, reject };
      this.#getters.add(getter);
      this.#store.want(this.#local);
      return () => {
        if (!this.#getters.delete(getter)) return false;
        this.#store.unwant(this.#local);
        return true;
      };
    });
  }

  tryGet(): Buffer | undefined {
    const item = this.#store.tryTake(this.#local);
    if (item !== undefined) this.#store.confirm(this.#local, this.#local.delivered);
    return item?.payload;
  }

  size(): number {
    this.#hearAll();
    return this.#store.size;
  }

  #hearAll(): void {
    // What is heard may ask for the size in its turn.
    if (this.#isHearing) return;
    this.#isHearing = true;
    try {
      for (const visit of this.#visits) this.#hearConfirmed(visit);
    } finally {
      this.#isHearing = false;
    }
  }

  taskDone(): undefined {
    this.#store.taskDone();
  }

  join(): Pending<void> {
    return new Pending((resolve, reject) => {
      const takeBack = this.#store.onFinished((error) => (error === undefined ? resolve() : reject(error)));
      return () => {
        takeBack();
        return true;
      };
    });
  }

  close(): void {
    if (this.#store.isClosed) return;
    this.#offer?.close();
    this.#store.close();
    for (const getter of this.#getters) getter.reject(new QueueClosedError());
    this.#getters.clear();
    for (const visit of this.#visits) {
      trySend(visit.link, queueMessage(FromMaker.closed, 0));
      visit.link.end();
    }
  }

  #serve(stream: StreamLink): void {
    const taker: Taker = {
      wants: 0,
      unconfirmed: new Deque(),
      unconfirmedBytes: 0,
      delivered: 0,
      isRecalled: false,
      ahead: AHEAD,
      deliver: (item) => sendItem(visit.link, item),
      recall: () => trySend(visit.link, queueMessage(FromMaker.recall, 0)),
    };
    const visit: Visit = { link: stream, taker, putBacks: new Map() };
    this.#visits.add(visit);
    stream.isServed = true;
    this.#listen(visit);
  }

  #listen(visit: Visit): void {
    const { link } = visit;
    const { inbox } = link;
    const hear = () => {
      for (let message = inbox.take(); message !== undefined; message = inbox.take()) {
        const { kind, body } = readQueueMessage(message);
        if (kind !== ToMaker.ring) this.#read(visit, message);
        else if (this.#takeRing(visit, body.toString())) {
          stop();
          return;
        }
      }
      if (inbox.end === undefined || !this.#visits.delete(visit)) return;
      this.#hearConfirmed(visit);
      visit.pages?.discard();
      for (const takeBack of visit.putBacks.values()) takeBack();
      this.#store.leave(visit.taker);
    };
    const stop = inbox.watch(hear);
    hear();
  }

  /** What it has confirmed in shared memory. Read before the messages: what was given back earlier is among those. */
  #hearConfirmed({ link, taker }: Visit): void {
    const ordinal = link.confirmed();
    link.poll();
    if (ordinal !== undefined) this.#store.confirm(taker, ordinal);
  }

  /** Goes on by rings, in the memory that the other process has made. */
  #takeRing(visit: Visit, path: string): boolean {
    const futex = futexCalls();
    const pages = futex && openSharedPages(path, RING_LINK_BYTES);
    if (futex === undefined || pages === undefined) return false;
    const stream = visit.link as StreamLink;
    trySend(stream, queueMessage(FromMaker.ringOk, 0));
    visit.pages = pages;
    visit.link = new RingLink(stream, pages.buffer, 0, futex, (message) => message[0] === ToMaker.switch);
    this.#listen(visit);
    return true;
  }

  #read({ link, taker, putBacks }: Visit, message: Buffer): void {
    const { kind, number, body } = readQueueMessage(message);
    const answer = (kind: number, text?: string) =>
      trySend(link, queueMessage(kind, number, text === undefined ? undefined : Buffer.from(text)));
    switch (kind) {
      case ToMaker.offer:
        this.#store.put(body, () => undefined);
        return;
      case ToMaker.put:
        putBacks.set(
          number,
          this.#store.put(body, (error) => {
            putBacks.delete(number);
            answer(error === undefined ? FromMaker.ok : FromMaker.nothing);
          }),
        );
        return;
      case ToMaker.cancelPut:
        if (putBacks.get(number)?.() === true) answer(FromMaker.nothing);
        putBacks.delete(number);
        return;
      case ToMaker.want:
        this.#store.want(taker);
        return;
      case ToMaker.unwant:
        this.#store.unwant(taker);
        return;
      case ToMaker.confirm:
        this.#store.confirm(taker, number);
        return;
      case ToMaker.giveBack:
        this.#store.giveBack(taker, [number]);
        return;
      case ToMaker.tryGet: {
        const item = this.#store.tryTake(taker);
        answer(item === undefined ? FromMaker.nothing : FromMaker.found);
        if (item !== undefined) sendItem(link, item);
        return;
      }
      case ToMaker.size:
        answer(FromMaker.count, String(this.size()));
        return;
      case ToMaker.done:
        try {
          this.#store.taskDone();
          answer(FromMaker.ok);
        } catch {
          // Thrown over there, where it was called too often.
          answer(FromMaker.nothing);
        }
        return;
      case ToMaker.join:
        this.#store.onFinished((error) => {
          if (error === undefined) answer(FromMaker.ok);
        });
        return;
      default:
        throw new Error(`A process sent a message of kind ${kind}, which this queue does not know.`);
    }
  }
}

/** Another process that has the queue. */
interface Visit {
  /** The stream first; rings in its place where they can be had. */
  link: BatchLink;
  pages?: MappedPages;
  readonly taker: Taker;
  /** Takes back each put() that waits for a place. */
  readonly putBacks: Map<number, () => boolean>;
}

function sendItem(link: BatchLink, item: Item): void {
  trySend(link, queueMessage(FromMaker.item, item.id, item.payload));
}

function trySend(link: BatchLink, message: Buffer): void {
  try {
    void link.send(message);
  } catch {
    // It has just gone: the end of its link gives back what it had.
  }
}
