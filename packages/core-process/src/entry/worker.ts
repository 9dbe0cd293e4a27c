/**
 * The program of a pool's worker: takes tasks one at a time, in order, until it is told to end or its pool is gone.
 *
 * Before it touches a task it says so; before it takes the next one the answer has left this process. A death
 * therefore hurts one task, and the pool knows which.
 */
import { childContext } from '../child-context.js';
import { decodeValue, encodeList, encodeValue } from '../messaging/codec.js';
import { recordThrown, restoreThrown, type ThrownRecord } from '../messaging/error-record.js';
import { holdLoop } from '../messaging/keep-alive.js';
import { takeOffer } from '../messaging/rendezvous.js';
import type { BatchLink } from '../messaging/link.js';
import { RING_LINK_BYTES, RingLink } from '../messaging/ring-link.js';
import { isLooking } from '../messaging/turns.js';
import { futexCalls } from '../os/futex.js';
import { createPayload, releasePayload } from '../os/large-memory.js';
import { openSharedPages } from '../os/shared-pages.js';
import { type CurrentTask, setCurrentTask } from '../pool/current-task.js';
import {
  ANSWER_HEADER_BYTES,
  encodeFailure,
  encodeShort,
  FromWorker,
  ID_AT,
  markAnswer,
  markValue,
  readBody,
  readFunction,
  readTask,
  Shape,
  SHORT_HEADER_BYTES,
  TASK_HEADER_BYTES,
  ToWorker,
  type WorkerBoot,
} from '../pool/protocol.js';
import { locateExport } from '../target/locate-export.js';
import type { TargetReference } from '../target/reference.js';
import { resolveTarget } from '../target/resolve.js';
import { setImmediate, monotonicNow } from '../real-timers.js';

type AnyFunction = (...args: unknown[]) => unknown;

/** After so long without one, the event loop gets a turn between two tasks. */
const TURN_EVERY_MS = 10;

/** The longest that the event loop is held up for that. */
const SLEEP_MS = 20;

/** How far a generator runs ahead of its reader. */
const YIELDS_AHEAD = 16;

class RunningTask implements CurrentTask {
  readonly id: number;
  /** Of a generator: one more value may be sent. */
  addCredit: (() => void) | undefined;
  /** Made when someone looks at it: most tasks don't. */
  #abort: AbortController | undefined;
  readonly #worker: Worker;

  constructor(id: number, worker: Worker) {
    this.id = id;
    this.#worker = worker;
  }

  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  abort(reason: unknown): void {
    (this.#abort ??= new AbortController()).abort(reason);
  }

  reportProgress(value: unknown): void {
    this.#worker.reportProgress(this.id, value);
  }
}

class Worker {
  readonly #link: BatchLink;
  readonly #maxMemory: number | undefined;
  readonly #references: TargetReference[] = [];
  readonly #functions: AnyFunction[] = [];
  #tasks: Buffer[] = [];
  /** Reasons, by the ids of tasks that may still be waiting here. */
  readonly #cancelled = new Map<number, Promise<unknown>>();
  #current: RunningTask | undefined;
  /** Tasks that it has come to, whether they were still its own or not. */
  #reached = 0;
  /** The task that the last answer has announced. */
  #announced = 0;
  #closing = false;
  #leaving = false;
  #running = false;
  #lastTurn = monotonicNow();

  constructor(boot: WorkerBoot) {
    this.#link = connectTo(boot);
    this.#maxMemory = boot.maxMemory;
  }

  async run({ initializer, initializerArgs }: WorkerBoot): Promise<void> {
    holdLoop();
    // Ctrl-C goes to every process of a terminal; what becomes of the pool is its owner's decision.
    process.on('SIGINT', () => undefined);
    const { inbox } = this.#link;
    // The pool is gone: nobody wants the rest.
    inbox.watch(() => {
      if (inbox.end !== undefined && !this.#leaving) process.exit();
    });
    if (initializer !== undefined) {
      try {
        await (await importFunction(initializer))(...initializerArgs);
      } catch (thrown) {
        await this.#send(encodeShort(FromWorker.notReady, 0, { thrown: recordThrown(thrown, locateClass) }));
        return this.#leave();
      }
    }
    await this.#send(encodeShort(FromWorker.ready, 0));
    inbox.watch(() => this.#readAll());
    this.#readAll();
    // Until process.exit().
    return await new Promise(() => undefined);
  }

  #send(message: Uint8Array, isQuiet = false): Promise<void> | undefined {
    try {
      return this.#link.send(message, isQuiet);
    } catch {
      // The pool is gone, as above.
      return process.exit();
    }
  }

  #readAll(): void {
    for (let message = this.#link.inbox.take(); message !== undefined; message = this.#link.inbox.take()) {
      this.#read(message);
    }
    if (!this.#running) void this.#runAll();
  }

  #read(message: Buffer): void {
    switch (message[0] as number) {
      case ToWorker.task:
        this.#tasks.push(message);
        return;
      case ToWorker.function: {
        const { index, reference } = readFunction(message);
        this.#references[index] = reference;
        return;
      }
      case ToWorker.cancel: {
        const { reason } = readBody(message) as { reason: ThrownRecord };
        this.#cancel(
          message.readUInt32LE(ID_AT),
          restoreThrown(reason, async () => undefined),
        );
        return;
      }
      case ToWorker.credit:
        if (this.#current?.id === message.readUInt32LE(ID_AT)) this.#current.addCredit?.();
        return;
      case ToWorker.close:
        this.#closing = true;
        return;
      default:
        throw new Error(`The pool sent a message of kind ${message[0]}, which this worker does not know.`);
    }
  }

  #cancel(id: number, reason: Promise<unknown>): void {
    this.#cancelled.set(id, reason);
    const current = this.#current;
    if (current?.id === id) void reason.then((error) => current.abort(error));
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    do {
      while (this.#tasks.length > 0) {
        const tasks = this.#tasks;
        this.#tasks = [];
        for (let index = 0; index < tasks.length; index++) {
          const next = tasks[index + 1] ?? this.#tasks[0];
          // Taken back by the pool, for another worker.
          if (!this.#link.claim(++this.#reached)) continue;
          // Awaited in any case: promises that a task has left get their turn.
          await this.#answer(tasks[index] as Buffer, next === undefined ? 0 : next.readUInt32LE(ID_AT));
          if (monotonicNow() - this.#lastTurn > TURN_EVERY_MS) await this.#turn();
        }
      }
      if (this.#link instanceof RingLink && !this.#closing) this.#link.spin();
    } while (this.#tasks.length > 0);
    this.#running = false;
    // What was cancelled after its answer is still in it.
    this.#cancelled.clear();
    if (this.#closing) this.#leave();
    else if (this.#link instanceof RingLink) this.#sleepAfterTurn(this.#link);
  }

  /**
   * Waits for the next task on the word, which is quicker than in the event loop, for a short while and only while
   * nothing else could want the loop.
   */
  #sleepAfterTurn(link: RingLink): void {
    setImmediate(() => {
      if (this.#running || this.#closing || hasOtherBusiness()) return;
      link.sleep(SLEEP_MS);
    });
  }

  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#lastTurn = monotonicNow();
  }

  /**
   * Runs one task; the promise is for one that takes more than this turn.
   *
   * @param next - the one that begins after it, if it is here already
   */
  #answer(message: Buffer, next: number): Promise<void> | undefined {
    const { id, functionIndex, shape, isTimed } = readTask(message);
    if (this.#announced !== id) {
      const room = this.#send(encodeShort(FromWorker.started, id), !isTimed);
      if (room !== undefined) return this.#answerLater(message, next, room);
    }
    const began = monotonicNow();
    const task = new RunningTask(id, this);
    this.#current = task;
    setCurrentTask(task);
    const callable = this.#functions[functionIndex];
    const before: unknown[] = [];
    try {
      const value = decodeValue(message, TASK_HEADER_BYTES);
      if (shape !== Shape.call || callable === undefined || isThenable(value) || this.#cancelled.has(id)) {
        return this.#finish(this.#perform(value, id, functionIndex, shape, before), id, next, began, before);
      }
      const result = callable(...(value as unknown[]));
      if (isThenable(result)) return this.#finish(result, id, next, began, before);
      return this.#return(result, id, next, began, before);
    } catch (thrown) {
      return this.#throw(thrown, id, next, began, before);
    }
  }

  async #answerLater(message: Buffer, next: number, room: Promise<void>): Promise<void> {
    await room;
    this.#announced = readTask(message).id;
    await this.#answer(message, next);
  }

  async #finish(
    result: PromiseLike<unknown>,
    id: number,
    next: number,
    began: number,
    before: readonly unknown[],
  ): Promise<void> {
    try {
      await this.#return(await result, id, next, began, before);
    } catch (thrown) {
      await this.#throw(thrown, id, next, began, before);
    }
  }

  #return(result: unknown, id: number, next: number, began: number, before: readonly unknown[]) {
    let answer: Buffer;
    try {
      answer =
        result === before
          ? encodeList(before, 'result', ANSWER_HEADER_BYTES, undefined, createPayload)
          : encodeValue(result, 'result', ANSWER_HEADER_BYTES, undefined, createPayload);
    } catch (thrown) {
      return this.#throw(thrown, id, next, began, before);
    }
    return this.#sendAnswer(answer, FromWorker.returned, id, next, began);
  }

  #throw(thrown: unknown, id: number, next: number, began: number, before: readonly unknown[]) {
    const failure = { thrown: recordThrown(thrown, locateClass), before: encodeBefore(before) };
    return this.#sendAnswer(encodeFailure(failure), FromWorker.threw, id, next, began);
  }

  #sendAnswer(answer: Buffer, kind: number, id: number, next: number, began: number) {
    const milliseconds = monotonicNow() - began;
    setCurrentTask(undefined);
    this.#current = undefined;
    if (this.#cancelled.size > 0) this.#cancelled.delete(id);
    if (this.#maxMemory !== undefined && process.memoryUsage.rss() > this.#maxMemory) {
      void this.#send(encodeShort(FromWorker.retire, 0));
    }
    this.#announced = next;
    const room = this.#send(markAnswer(answer, kind, id, next, milliseconds));
    releasePayload(answer);
    return room;
  }

  /** @param before - takes the results of the calls before one that fails */
  async #perform(
    value: unknown,
    id: number,
    functionIndex: number,
    shape: Shape,
    before: unknown[],
  ): Promise<unknown> {
    const callable = (this.#functions[functionIndex] ??= await importFunction(
      this.#references[functionIndex] as TargetReference,
    ));
    const parts = (isThenable(value) ? await value : value) as unknown[];
    if (this.#cancelled.has(id)) throw await this.#cancelled.get(id);
    if (shape === Shape.call) return await callable(...parts);
    if (shape === Shape.generator) return await this.#yieldAll(callable(...parts), id);
    for (const part of parts) {
      const given = shape === Shape.items ? callable(part) : callable(...(part as unknown[]));
      before.push(isThenable(given) ? await given : given);
    }
    return before;
  }

  /** Sends what a generator yields, as far as the caller has asked for more. */
  async #yieldAll(generated: unknown, id: number): Promise<unknown> {
    const iterator = iteratorOf(generated);
    const current = this.#current as RunningTask;
    const { signal } = current;
    const credit = new Credit(YIELDS_AHEAD, signal);
    current.addCredit = () => credit.add();
    try {
      for (;;) {
        await credit.take();
        const { done, value } = await iterator.next();
        if (done === true) return value;
        const room = this.#send(
          markValue(encodeValue(value, 'yielded', SHORT_HEADER_BYTES), FromWorker.yielded, id),
        );
        if (room !== undefined) await room;
      }
    } catch (error) {
      await iterator.return?.();
      throw error;
    }
  }

  reportProgress(id: number, value: unknown): void {
    void this.#send(markValue(encodeValue(value, 'progress', SHORT_HEADER_BYTES), FromWorker.progress, id));
  }

  /** Handlers of `exit` run; timers and sockets that tasks have left do not hold the worker. */
  #leave(): void {
    this.#leaving = true;
    // The last answer may be on its way still.
    this.#link.endThen(() => setImmediate(() => process.exit()));
  }
}

/** What a generator may still yield before its reader has taken something. */
class Credit {
  #left: number;
  #wake: (() => void) | undefined;
  readonly #signal: AbortSignal;

  constructor(left: number, signal: AbortSignal) {
    this.#left = left;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  add(): void {
    this.#left++;
    this.#wake?.();
  }

  /** @throws `signal.reason` */
  async take(): Promise<void> {
    if (this.#left === 0 && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#signal.throwIfAborted();
    this.#left--;
  }
}

/** By rings if their memory is to be had here, else by the stream alone. */
function connectTo({ offer, ring }: WorkerBoot): BatchLink {
  const stream = takeOffer(offer);
  const futex = ring === undefined ? undefined : futexCalls();
  const memory = futex && openSharedPages(ring as string, RING_LINK_BYTES)?.buffer;
  if (futex === undefined || memory === undefined) return stream;
  void stream.send(encodeShort(FromWorker.ring, 0));
  return new RingLink(stream, memory, 1, futex);
}

/** The target of a worker's Process. */
export async function work(boot: WorkerBoot): Promise<void> {
  await new Worker(boot).run(boot);
}

async function importFunction(reference: TargetReference): Promise<AnyFunction> {
  const context = childContext();
  // A module that starts processes while it is imported would start them in every worker, without end.
  if (context !== undefined) context.importing = reference.module;
  try {
    const found = await resolveTarget(reference);
    if (typeof found === 'function') return found as AnyFunction;
    throw new TypeError(`Export "${reference.export}" of ${reference.module} is no function.`);
  } finally {
    if (context !== undefined) context.importing = undefined;
  }
}

/** Timers, sockets, files and the like that a task has left; the one timer is holdLoop's. */
function hasOtherBusiness(): boolean {
  return process.getActiveResourcesInfo().length > (isLooking() ? 2 : 1);
}

function iteratorOf(generated: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const iterable = generated as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  const iterator = iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new TypeError(
    'stream() runs generators, and this function gave nothing to iterate over; use apply().',
  );
}

function encodeBefore(before: readonly unknown[]): Uint8Array | undefined {
  try {
    return encodeValue(before, 'result');
  } catch {
    // One of them is what can't be sent: the thrown error says which.
    return undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

type ErrorClass = new (...args: never[]) => Error;

// A look costs 20 ms; a class that is not exported would cost it again with each error.
const locatedClasses = new WeakMap<ErrorClass, { readonly reference: TargetReference | undefined }>();

function locateClass(constructor: ErrorClass): TargetReference | undefined {
  let located = locatedClasses.get(constructor);
  if (located === undefined) {
    try {
      located = { reference: locateExport(constructor) };
    } catch {
      // A class that is not exported: the error goes without it.
      located = { reference: undefined };
    }
    locatedClasses.set(constructor, located);
  }
  return located.reference;
}
