/**
 * A first-in first-out queue between any number of processes.
 *
 * Its items are in the process that made it, and end with that. Every other one reaches them by a link.
 */
import { BlockingUnavailableError, InvalidOptionError, QueueClosedError, TimeoutError } from '../errors.js';
import { rebuildEntry } from '../entry-urls.js';
import { resolveTimeout, type WaitOptions, type WaitSyncOptions, waitWithin } from '../wait-options.js';
import { block, canBlock, turnOnce, turnUntil } from './blocking-turn.js';
import { type Handover, SentHandovers } from './clone.js';
import { decodeValue, decodeValueSync, encodeValue } from './codec.js';
import { holdLoop } from './keep-alive.js';
import { Pending } from './pending.js';
import type { QueueAccess } from './queue-access.js';
import { QueueMaker } from './queue-maker.js';
import { QueueVisitor } from './queue-visitor.js';
import type { Offer } from './rendezvous.js';
import { untilEnd } from './until-end.js';
import { monotonicNow } from '../real-timers.js';

const handoverKey = Symbol.for('core-process.handover');

const STAYED_FULL = 'The queue stayed full for';
const STAYED_EMPTY = 'The queue stayed empty for';
const IS_EMPTY = 'The queue is empty.';
const NOT_DONE = 'The queue was not done with within';

/** What a queue is rebuilt from over there. */
export interface QueueData {
  readonly offer: Offer;
  readonly maxSize: number;
}

/**
 * A queue: whole values in, whole values out, in order. It can be an argument of a process or a task, a result,
 * and a message; all who have it share it.
 *
 * `putSync`, `getSync` and the others of that name block this thread: no callback of the program, no timer and no signal
 * handler runs until they return, and no task of a pool begins. Other processes, and other threads of this one, go on, and
 * are served: whoever puts into or takes from a queue of this process need not wait for its event loop. An asynchronous
 * get() that waited before has been served first. They need FFI wherever they have to wait for another process.
 *
 * The only process that takes from it is sent items ahead. It gives back what it has not taken when a second one
 * wants some, and when it dies: those then come after items that the second one has had already.
 */
export class Queue<T = unknown> implements Disposable, AsyncIterable<T> {
  /** Most items that it holds. */
  readonly maxSize: number;
  readonly #reach: QueueAccess;
  readonly #offer: () => Offer;
  #isClosed = false;
  readonly #sent = new SentHandovers();

  /**
   * @param maxSize - put() waits while so many items are in it
   * @throws InvalidOptionError `ERR_INVALID_OPTION`
   */
  constructor(maxSize?: number);
  /** @internal */
  constructor(maxSize: number, offer: Offer);
  constructor(maxSize: number = Infinity, offer?: Offer) {
    if (maxSize !== Infinity && !(Number.isSafeInteger(maxSize) && maxSize >= 1)) {
      throw new InvalidOptionError(
        'maxSize',
        `The size of a queue must be a whole number from 1 on, not ${String(maxSize)}.`,
      );
    }
    this.maxSize = maxSize;
    if (offer === undefined) {
      const maker = new QueueMaker(maxSize);
      this.#reach = maker;
      this.#offer = () => maker.offer();
    } else {
      this.#reach = QueueVisitor.to(offer, maxSize);
      this.#offer = () => offer;
    }
  }

  /** True after close() here. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Puts a value at the end; waits while the queue is full.
   *
   * @throws NotCloneableError `ERR_NOT_CLONEABLE` with the path to what can't be sent; nothing was put then
   * @throws TimeoutError `ERR_TIMEOUT`; `signal.reason`; the value was not put then
   * @throws QueueClosedError `ERR_QUEUE_CLOSED`; QueueLostError `ERR_QUEUE_LOST` when its maker has ended
   */
  async put(value: T, options: WaitOptions = {}): Promise<void> {
    const access = this.#access();
    options.signal?.throwIfAborted();
    const timeout = resolveTimeout(options.timeout);
    const pending = access.put(encodeValue(value, 'item', 0, this.#sent));
    if (pending instanceof Pending) await this.#settle(pending, { ...options, timeout }, STAYED_FULL);
    else if (pending !== undefined) await pending;
  }

  /**
   * The same, blocking the thread: until the value is in the queue, or, where that has no bounds, has left this process.
   *
   * @throws as put(); BlockingUnavailableError `ERR_BLOCKING_UNAVAILABLE` when it would have to wait, and can't here
   */
  putSync(value: T, options: WaitSyncOptions = {}): void {
    const timeout = resolveTimeout(options.timeout);
    this.#block('putSync', (access) => {
      const payload = encodeValue(value, 'item', 0, this.#sent);
      const deadline = monotonicNow() + timeout;
      const hasLeft = () => !access.hasUnsent;
      if (!turnUntil(hasLeft, deadline)) throw new TimeoutError(`${STAYED_FULL} ${timeout} ms.`, timeout);
      const pending = access.put(payload);
      if (pending instanceof Pending) settleSync(pending, timeout, STAYED_FULL);
      // Accepted: it leaves with the next turn, whoever makes it.
      else turnUntil(hasLeft, deadline);
    });
  }

  /**
   * Takes the first value; waits while the queue is empty. Who waits first gets first.
   *
   * @throws TimeoutError `ERR_TIMEOUT`; `signal.reason`; nothing was taken then
   * @throws QueueClosedError `ERR_QUEUE_CLOSED`; QueueLostError `ERR_QUEUE_LOST` when its maker has ended
   */
  async get(options: WaitOptions = {}): Promise<T> {
    const access = this.#access();
    options.signal?.throwIfAborted();
    const timeout = resolveTimeout(options.timeout);
    if (timeout === 0) {
      const payload = await resultOf(access.tryGet());
      if (payload === undefined) throw new TimeoutError(IS_EMPTY, 0);
      return (await decodeValue(payload)) as T;
    }
    const got = access.get();
    const payload =
      got instanceof Pending ? await this.#settle(got, { ...options, timeout }, STAYED_EMPTY) : got;
    const value = decodeValue(payload);
    return (value instanceof Promise ? await value : value) as T;
  }

  /**
   * The same, blocking the thread.
   *
   * @throws as get(); BlockingUnavailableError `ERR_BLOCKING_UNAVAILABLE` when it would have to wait, and can't here
   */
  getSync(options: WaitSyncOptions = {}): T {
    const timeout = resolveTimeout(options.timeout);
    const payload = this.#block('getSync', (access) =>
      timeout === 0 ? tryGetSync(access) : settleSync(access.get(), timeout, STAYED_EMPTY),
    );
    if (payload === undefined) throw new TimeoutError(IS_EMPTY, 0);
    return decodeValueSync(payload) as T;
  }

  /** Takes the first value if there is one, else undefined; `get({ timeout: 0 })` tells an undefined value apart. */
  async tryGet(): Promise<T | undefined> {
    const payload = await resultOf(this.#access().tryGet());
    return payload === undefined ? undefined : ((await decodeValue(payload)) as T);
  }

  /**
   * The same, blocking the thread for as long as its maker takes to answer.
   *
   * @throws as tryGet(); BlockingUnavailableError `ERR_BLOCKING_UNAVAILABLE` in another process than its maker, without FFI
   */
  tryGetSync(): T | undefined {
    const payload = this.#block('tryGetSync', tryGetSync);
    return payload === undefined ? undefined : (decodeValueSync(payload) as T);
  }

  /** Values in it. By the time the caller looks at the number, others may have put or taken some. */
  async size(): Promise<number> {
    return await resultOf(this.#access().size());
  }

  /** The same, blocking the thread for as long as its maker takes to answer. @throws as {@link tryGetSync} */
  sizeSync(): number {
    return this.#block('sizeSync', (access) => {
      turnOnce();
      return settleSync(access.size(), Infinity, '');
    });
  }

  /**
   * No more from here. In the process that made it this ends the queue for all: whoever waits for it, and every later
   * call, fails with QueueClosedError, and values that are left are dropped. Once more is fine.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reach.close();
    this.#sent.lose();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Takes value after value, until the queue is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return untilEnd(() => this.get(), QueueClosedError);
  }

  /** @internal */
  [handoverKey](): Handover {
    this.#access();
    const data: QueueData = { offer: this.#offer(), maxSize: this.maxSize };
    return { module: rebuildEntry.href, export: this.rebuiltBy, data };
  }

  /** @internal Export of entry/rebuild.ts. */
  protected get rebuiltBy(): string {
    return 'queue';
  }

  /** @internal @throws QueueClosedError */
  protected access(): QueueAccess {
    return this.#access();
  }

  /** @internal Runs what blocks the thread. @param call - its name */
  protected block<V>(call: string, work: (access: QueueAccess) => V): V {
    return this.#block(call, work);
  }

  /** @internal Waits, and gives up as the options say. */
  protected async settle<V>(pending: Pending<V>, options: WaitOptions, what: string): Promise<V> {
    return await this.#settle(pending, { ...options, timeout: resolveTimeout(options.timeout) }, what);
  }

  #access(): QueueAccess {
    if (this.#isClosed) throw new QueueClosedError();
    return this.#reach;
  }

  #block<V>(call: string, work: (access: QueueAccess) => V): V {
    const access = this.#access();
    // What is asked and not waited for would be answered all the same: an item that nobody takes.
    if (access.isRemote && !canBlock()) throw new BlockingUnavailableError(call);
    return block(call, () => work(access));
  }

  async #settle<V>(
    pending: Pending<V>,
    { timeout, signal }: WaitOptions & { timeout: number },
    what: string,
  ): Promise<V> {
    const { isShared } = this.#reach;
    const { result } = pending;
    // With nobody else who has it, only this process could end the wait: it must not hold itself.
    const releaseLoop = isShared ? holdLoop() : undefined;
    try {
      const isInTime = await waitWithin(result, { timeout, signal });
      if (!isInTime) pending.cancel(new TimeoutError(`${what} ${timeout} ms.`, timeout));
      return await result;
    } catch (error) {
      // An abort; or the result itself has failed, and then there is nothing to cancel.
      pending.cancel(error);
      return await result;
    } finally {
      releaseLoop?.();
    }
  }
}

/** A queue that knows when everything that was put into it has been dealt with. */
export class JoinableQueue<T = unknown> extends Queue<T> {
  /**
   * Says that a value which get() gave has been dealt with.
   *
   * @throws ProcessStateError `ERR_PROCESS_STATE` when called more often than values were put
   */
  async taskDone(): Promise<void> {
    await resultOf(this.access().taskDone());
  }

  /** The same, blocking the thread for as long as its maker takes to answer. @throws as taskDone() and {@link tryGetSync} */
  taskDoneSync(): void {
    this.block('taskDoneSync', (access) => settleSync(access.taskDone(), Infinity, ''));
  }

  /**
   * Waits until taskDone() was called for every value that was put.
   *
   * @returns false when that has not happened within `timeout`
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    try {
      await this.settle(this.access().join(), options, NOT_DONE);
      return true;
    } catch (error) {
      if (error instanceof TimeoutError) return false;
      throw error;
    }
  }

  /** The same, blocking the thread. @throws BlockingUnavailableError `ERR_BLOCKING_UNAVAILABLE` when it would have to wait, and can't here */
  joinSync(options: WaitSyncOptions = {}): boolean {
    const timeout = resolveTimeout(options.timeout);
    try {
      this.block('joinSync', (access) => settleSync(access.join(), timeout, NOT_DONE));
      return true;
    } catch (error) {
      if (error instanceof TimeoutError) return false;
      throw error;
    }
  }

  protected override get rebuiltBy(): string {
    return 'joinableQueue';
  }
}

async function resultOf<V>(answer: V | Pending<V>): Promise<V> {
  return answer instanceof Pending ? await answer.result : answer;
}

/** Waits within block(), and gives up at the time-out. */
function settleSync<V>(answer: V | Pending<V>, timeout: number, what: string): V {
  if (!(answer instanceof Pending)) return answer;
  const isSettled = () => answer.isSettled;
  try {
    if (!turnUntil(isSettled, monotonicNow() + timeout)) {
      answer.cancel(new TimeoutError(`${what} ${timeout} ms.`, timeout));
    }
    // Where the maker has the last word, it may still be on its way.
    turnUntil(isSettled, Infinity);
  } catch (error) {
    answer.cancel(error);
    throw error;
  }
  return answer.take();
}

/** What has come and was not read yet is there, too: a program may try again and again, and never let its loop turn. */
function tryGetSync(access: QueueAccess): Buffer | undefined {
  const tryOnce = () => settleSync(access.tryGet(), Infinity, '');
  const payload = tryOnce();
  if (payload !== undefined || access.isRemote) return payload;
  turnOnce();
  return tryOnce();
}

/** @internal Over there: called by entry/rebuild.ts. */
export function rebuildQueue({ maxSize, offer }: QueueData): Queue {
  return new Queue(maxSize, offer);
}

/** @internal */
export function rebuildJoinableQueue({ maxSize, offer }: QueueData): JoinableQueue {
  return new JoinableQueue(maxSize, offer);
}
