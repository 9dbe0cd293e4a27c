/**
 * One end of a pipe: whole values in, whole values out.
 *
 * An end belongs to one process at a time. Handed to another it is gone from here, and its messages go there.
 */
import { ConnectionClosedError, ConnectionEndedError, InvalidOptionError, TimeoutError } from '../errors.js';
import { rebuildEntry } from '../entry-urls.js';
import { resolveTimeout, type WaitOptions, waitWithin } from '../wait-options.js';
import { type Handover, SentHandovers } from './clone.js';
import { decodeValue, encodeValue } from './codec.js';
import { holdLoop } from './keep-alive.js';
import { type Link, splice } from './link.js';
import { LocalLink } from './local-link.js';
import { makeOffer, type Offer, type OpenOffer, takeOffer } from './rendezvous.js';
import { untilEnd } from './until-end.js';
import { setImmediate } from '../real-timers.js';

const handoverKey = Symbol.for('core-process.handover');

/** What an end is rebuilt from over there. */
export interface ConnectionData {
  readonly offer: Offer;
  readonly readable: boolean;
  readonly writable: boolean;
}

/**
 * One end of a {@link Pipe}. It can be an argument of a process or a task, a result, and a message: it moves
 * there, and can no longer be used here.
 */
export class Connection<T = unknown> implements Disposable, AsyncIterable<T> {
  /** False at the writing end of a one-way pipe. */
  readonly readable: boolean;
  /** False at the reading end of a one-way pipe. */
  readonly writable: boolean;
  #link: Link | undefined;
  #state: 'open' | 'closed' | 'handed over' = 'open';
  readonly #sent = new SentHandovers();

  /** @internal Use Pipe(). */
  constructor(link: Link, readable: boolean, writable: boolean) {
    this.#link = link;
    this.readable = readable;
    this.writable = writable;
    // What was sent to someone who is gone is not rebuilt any more.
    const stop = link.inbox.watch(() => {
      if (link.inbox.end === undefined) return;
      stop();
      this.#sent.lose();
    });
  }

  /** True after close(), and after it was handed to another process. */
  get closed(): boolean {
    return this.#state !== 'open';
  }

  /**
   * Sends a value. The promise is for room: awaiting it lets a slow receiver slow down the sender.
   *
   * @throws NotCloneableError `ERR_NOT_CLONEABLE` with the path to what can't be sent; nothing was sent then
   * @throws ConnectionClosedError `ERR_CONNECTION_CLOSED` when this end is closed, or can only receive
   * @throws ConnectionEndedError `ERR_CONNECTION_ENDED` when the other end is gone
   */
  async send(value: T): Promise<void> {
    const link = this.#open('send');
    if (!this.writable) throw new ConnectionClosedError('This end of a one-way pipe can only receive.');
    const room = link.send(encodeValue(value, 'message', 0, this.#sent));
    if (room !== undefined) await this.#holdWhile(link, room);
  }

  /**
   * The next value. Several calls are answered in their order.
   *
   * @throws ConnectionEndedError `ERR_CONNECTION_ENDED` when all was read and the other end is gone
   * @throws MessageTornError `ERR_MESSAGE_TORN` when the sender died in the middle of a message
   * @throws ConnectionClosedError `ERR_CONNECTION_CLOSED` when this end is closed, or can only send
   * @throws TimeoutError `ERR_TIMEOUT`, and `signal.reason`; the value stays for the next call
   */
  async recv(options: WaitOptions = {}): Promise<T> {
    const link = this.#receiving('recv');
    options.signal?.throwIfAborted();
    const timeout = resolveTimeout(options.timeout);
    const payload = link.inbox.take() ?? (await this.#nextPayload(link, { ...options, timeout }));
    return (await decodeValue(payload)) as T;
  }

  /**
   * Whether recv() would answer at once, with a value or an error.
   *
   * @param options - how long to wait for that; by default it only looks
   */
  async poll(options: WaitOptions = {}): Promise<boolean> {
    const { inbox } = this.#receiving('poll');
    const limit = { timeout: 0, ...options };
    options.signal?.throwIfAborted();
    resolveTimeout(limit.timeout);
    if (!inbox.isEmpty || inbox.end !== undefined) return true;
    // One turn of the loop even so: what the kernel holds already counts as being here.
    if (limit.timeout === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      return !inbox.isEmpty || inbox.end !== undefined;
    }
    return await this.whenReadable(limit);
  }

  /** @internal Waits until recv() would answer at once. */
  async whenReadable(options: WaitOptions): Promise<boolean> {
    const link = this.#receiving('poll');
    const { inbox } = link;
    let stop: (() => void) | undefined;
    const readable = new Promise<void>((resolve) => {
      const look = () => {
        if (!inbox.isEmpty || inbox.end !== undefined) resolve();
      };
      stop = inbox.watch(look);
      look();
    });
    try {
      return await this.#holdWhile(link, waitWithin(readable, options));
    } finally {
      stop?.();
    }
  }

  /** Nothing more from here; what was sent still arrives, and the other end then sees the end. Once more is fine. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#link?.end();
    this.#link = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Every value until the other end is closed. @throws MessageTornError when it died in the middle of one */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return untilEnd(() => this.recv(), ConnectionEndedError);
  }

  /** @internal Moves this end to whoever rebuilds it. */
  [handoverKey](): Handover {
    const link = this.#open('send');
    const offer: OpenOffer = makeOffer({
      once: true,
      onLink: (remote) => splice(link, remote),
      onLost: () => link.end(),
    });
    const data: ConnectionData = { offer: offer.offer, readable: this.readable, writable: this.writable };
    return {
      module: rebuildEntry.href,
      export: 'connection',
      data,
      onFate: (fate) => {
        if (fate === 'refused') offer.close();
        else if (fate === 'lost') void offer.expire();
        else {
          this.#state = 'handed over';
          this.#link = undefined;
          if (link instanceof LocalLink) link.markRemote();
        }
      },
    };
  }

  #open(use: string): Link {
    if (this.#link !== undefined) return this.#link;
    throw new ConnectionClosedError(
      this.#state === 'closed'
        ? `"${use}" was called on a connection that is closed.`
        : `"${use}" was called on an end that was handed to another process: it is there now. Keep the other end of the pipe.`,
    );
  }

  #receiving(use: string): Link {
    const link = this.#open(use);
    if (!this.readable) throw new ConnectionClosedError('This end of a one-way pipe can only send.');
    return link;
  }

  async #nextPayload(link: Link, { timeout, signal }: WaitOptions & { timeout: number }): Promise<Buffer> {
    let taken: Buffer | undefined;
    let takeBack: (() => void) | undefined;
    const arrived = new Promise<void>((resolve, reject) => {
      takeBack = link.inbox.next((payload) => {
        taken = payload;
        if (payload !== undefined) resolve();
        else reject(this.#whyEnded(link));
      });
    });
    try {
      await this.#holdWhile(link, waitWithin(arrived, { timeout, signal }));
    } catch (error) {
      // What came in the moment of the abort must not get lost.
      if (taken === undefined) throw error;
    } finally {
      takeBack?.();
    }
    if (taken === undefined) throw new TimeoutError(`No message came within ${timeout} ms.`, timeout);
    return taken;
  }

  #whyEnded(link: Link): Error {
    if (this.#state === 'closed')
      return new ConnectionClosedError('The connection was closed while recv() waited.');
    return link.inbox.end?.error ?? new ConnectionEndedError();
  }

  /** Between two ends in one process only this process could end the wait: it must not hold itself. */
  async #holdWhile<V>(link: Link, work: Promise<V>): Promise<V> {
    if (!link.isRemote) return await work;
    const releaseLoop = holdLoop();
    try {
      return await work;
    } finally {
      releaseLoop();
    }
  }
}

/** @internal Over there: called by entry/rebuild.ts. */
export function rebuildConnection({ offer, readable, writable }: ConnectionData): Connection {
  return new Connection(takeOffer(offer), readable, writable);
}

export interface PipeOptions {
  /**
   * False: the first end receives, the second sends.
   *
   * @defaultValue true
   */
  readonly duplex?: boolean | undefined;
}

/**
 * Two connected ends. Keep one, give the other to a process.
 *
 * @example
 * const [here, there] = Pipe();
 * new Process({ target: worker, args: [there] }).start();
 * await here.send('hello');
 */
export function Pipe<T = unknown>({ duplex = true }: PipeOptions = {}): [Connection<T>, Connection<T>] {
  if (typeof duplex !== 'boolean') {
    throw new InvalidOptionError('duplex', `Option "duplex" must be true or false, not ${String(duplex)}.`);
  }
  const [one, other] = LocalLink.pair();
  return [new Connection<T>(one, true, duplex), new Connection<T>(other, duplex, true)];
}
