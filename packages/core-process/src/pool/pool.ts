/** A pool of worker processes: what its user calls. Which worker does what is decided in dispatch.ts. */
import { InvalidOptionError } from '../errors.js';
import { Dispatcher, type PoolMetrics } from './dispatch.js';
import { type ChunkOutcome, mapChunks } from './map.js';
import {
  checkTaskOptions,
  type MapOptions,
  type PoolFunction,
  type PoolOptions,
  type ResolvedPoolOptions,
  resolvePoolOptions,
  type TaskOptions,
} from './pool-options.js';
import { Shape } from './protocol.js';
import { PoolTask, type TaskListener } from './task.js';
import { TaskFunctions } from './task-functions.js';

/** A task that a pool has taken. */
export interface SubmittedTask<R> {
  readonly id: number;
  /** What it returned, or the error that ended it. Nobody has to look at it. */
  readonly result: Promise<R>;
  /** Takes it out of the queue, or aborts its signal and, after the grace period, kills its worker. */
  cancel(reason?: unknown): void;
}

/** What is iterated over, at once or as it comes. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/** Without a chunk size, map() makes so many chunks for each worker. */
const CHUNKS_PER_WORKER = 4;

/**
 * Worker processes that run exported functions.
 *
 * Workers are started when there is something to do, replaced when they die, and end with this process. An idle
 * pool does not keep the program alive.
 *
 * @example
 * export const square = (n) => n * n;
 *
 * if (isMainProcess) {
 *   await using pool = new Pool({ processes: 4 });
 *   console.log(await pool.map(square, [1, 2, 3]));
 * }
 */
export class Pool implements AsyncDisposable {
  readonly #options: ResolvedPoolOptions;
  readonly #dispatcher: Dispatcher;
  readonly #functions = new TaskFunctions();

  /** @throws InvalidOptionError `ERR_INVALID_OPTION` naming the option */
  constructor(options: PoolOptions = {}) {
    this.#options = resolvePoolOptions(options);
    this.#dispatcher = new Dispatcher(this.#options);
  }

  /** Most workers at a time. */
  get processes(): number {
    return this.#options.processes;
  }

  /**
   * Runs one call in a worker.
   *
   * @returns what the function returned
   * @throws what it threw, with its class, fields, cause and remote stack
   * @throws WorkerDiedError `ERR_WORKER_DIED` when its worker died while it ran
   * @throws TimeoutError `ERR_TIMEOUT`; `signal.reason` when it was cancelled
   * @throws NotCloneableError `ERR_NOT_CLONEABLE` with the path inside `args` or `result`
   * @throws PoolClosedError, PoolTerminatedError, PoolBrokenError
   */
  apply<A extends unknown[], R>(
    fn: PoolFunction<A, R>,
    args?: Readonly<A>,
    options: TaskOptions = {},
  ): Promise<Awaited<R>> {
    // What is thrown in here rejects; no second promise, since this is called most.
    return new Promise((resolve, reject) => {
      const listener = { onReturned: resolve as (value: unknown) => void, onFailed: reject };
      this.#call(fn, args ?? [], options, listener);
    });
  }

  /**
   * Gives the pool a task, and waits until its queue has room (`maxQueued`): a loop that awaits it never
   * fills the memory.
   *
   * @throws as apply() does for a task that can't be sent
   */
  async submit<A extends unknown[], R>(
    fn: PoolFunction<A, R>,
    args?: Readonly<A>,
    options: TaskOptions = {},
  ): Promise<SubmittedTask<Awaited<R>>> {
    let settle!: { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void };
    const result = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    result.catch(() => undefined);
    const listener = { onReturned: settle.resolve, onFailed: settle.reject };
    const task = this.#call(fn, args ?? [], options, listener);
    await this.#dispatcher.room();
    return {
      id: task.id,
      result: result as Promise<Awaited<R>>,
      cancel: (reason = new DOMException('The task was cancelled.', 'AbortError')) =>
        this.#dispatcher.cancel(task, reason),
    };
  }

  /**
   * Runs one call in each worker, to tell all of them something; every worker is started for it. A worker that is
   * started later does not hear it: what each one needs from its beginning is the `initializer`'s.
   *
   * @returns the results, in no particular order
   * @throws as apply() does, with the first failure; the other calls go on
   */
  broadcast<A extends unknown[], R>(
    fn: PoolFunction<A, R>,
    args?: Readonly<A>,
    options: TaskOptions = {},
  ): Promise<Awaited<R>[]> {
    const results: Promise<unknown>[] = [];
    return new Promise((resolve, reject) => {
      const makeTask = this.#prepare(fn, args ?? [], options);
      this.#dispatcher.addForEach(() => {
        let listener!: TaskListener;
        const result = new Promise((onReturned, onFailed) => {
          listener = { onReturned, onFailed };
        });
        const task = makeTask(listener);
        results.push(result);
        return task;
      }, options.signal);
      Promise.all(results).then(resolve as (values: unknown[]) => void, reject);
    });
  }

  /**
   * Calls the function with each item. The first failure rejects at once and cancels the rest.
   *
   * @returns the results, in the order of the items
   */
  async map<T, R>(
    fn: PoolFunction<[T], R>,
    items: AnyIterable<T>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return await this.#mapAll<R>(Shape.items, fn, items, options);
  }

  /** Like map(), for a function of several arguments: each item is a list of them. */
  async starmap<A extends unknown[], R>(
    fn: PoolFunction<A, R>,
    argumentLists: AnyIterable<Readonly<A>>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return await this.#mapAll<R>(Shape.argumentLists, fn, argumentLists, options);
  }

  /**
   * Results one by one, in the order of the items. Items are read as results are taken, never more than `maxQueued`
   * chunks ahead, so that an endless iterable is fine. Leaving the loop cancels what is outstanding.
   *
   * @param options.chunkSize - default 1
   */
  imap<T, R>(
    fn: PoolFunction<[T], R>,
    items: AnyIterable<T>,
    options: MapOptions = {},
  ): AsyncGenerator<Awaited<R>, void, undefined> {
    return this.#mapEach<R>(fn, items, options, true);
  }

  /** Like imap(), each result as soon as it is there. */
  imapUnordered<T, R>(
    fn: PoolFunction<[T], R>,
    items: AnyIterable<T>,
    options: MapOptions = {},
  ): AsyncGenerator<Awaited<R>, void, undefined> {
    return this.#mapEach<R>(fn, items, options, false);
  }

  /**
   * What a generator, asynchronous or not, yields in a worker. It runs only a few values ahead of its reader;
   * leaving the loop ends it over there, its `finally` included.
   */
  async *stream<A extends unknown[], Y>(
    fn: PoolFunction<A, AsyncIterable<Y> | Iterable<Y>>,
    args?: Readonly<A>,
    options: TaskOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    checkTaskOptions(options);
    const yielded: unknown[] = [];
    let end: { readonly failure?: { readonly error: unknown } } | undefined;
    let wake: (() => void) | undefined;
    const task = new PoolTask(this.#functions.get(fn), Shape.generator, args ?? [], 'args', options, {
      onYielded: (value) => {
        yielded.push(value);
        wake?.();
      },
      onReturned: () => {
        end = {};
        wake?.();
      },
      onFailed: (error) => {
        end = { failure: { error } };
        wake?.();
      },
    });
    this.#dispatcher.add(task, options.signal);
    try {
      for (;;) {
        if (yielded.length > 0) {
          yield (await yielded.shift()) as Y;
          this.#dispatcher.credit(task);
        } else if (end === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if (end.failure === undefined) return;
        else throw end.failure.error;
      }
    } finally {
      this.#dispatcher.cancel(task, new DOMException('Nobody reads the stream any more.', 'AbortError'));
    }
  }

  /** What the pool does at this moment, and what it has done. */
  metrics(): PoolMetrics {
    return this.#dispatcher.metrics();
  }

  /** Takes no more tasks. Those that it has run to their ends, then the workers end. */
  close(): void {
    this.#dispatcher.close();
  }

  /** Ends the workers at once; tasks that had not ended fail with PoolTerminatedError. */
  terminate(): void {
    this.#dispatcher.terminate();
  }

  /** Waits until the last worker has ended. @throws PoolClosedError before close() or terminate() */
  async join(): Promise<void> {
    await this.#dispatcher.join();
  }

  /** close() and join(): all tasks end first. For `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.join();
  }

  /** @throws what apply() rejects with for a task that can't be sent */
  #call(fn: PoolFunction, args: readonly unknown[], options: TaskOptions, listener: TaskListener): PoolTask {
    const task = this.#prepare(fn, args, options)(listener);
    this.#dispatcher.add(task, options.signal);
    return task;
  }

  #prepare(fn: PoolFunction, args: readonly unknown[], options: TaskOptions) {
    checkTaskOptions(options);
    if (!Array.isArray(args)) {
      throw new InvalidOptionError('args', `The arguments of a task are an array, not ${typeof args}.`);
    }
    options.signal?.throwIfAborted();
    this.#dispatcher.checkOpen();
    const taskFunction = this.#functions.get(fn);
    return (listener: TaskListener) =>
      new PoolTask(taskFunction, Shape.call, args, 'args', options, listener);
  }

  async #mapAll<R>(
    shape: Shape,
    fn: PoolFunction,
    input: AnyIterable<unknown>,
    options: MapOptions,
  ): Promise<Awaited<R>[]> {
    checkTaskOptions(options);
    checkIterable(input);
    const items = Array.isArray(input) ? input : await collect(input);
    const results: unknown[] = [];
    const chunkSize =
      options.chunkSize ?? Math.max(1, Math.ceil(items.length / (this.processes * CHUNKS_PER_WORKER)));
    for await (const values of this.#chunks(shape, fn, items, options, chunkSize, {
      ordered: true,
      failFast: true,
    })) {
      for (const value of values) results.push(value);
    }
    return results as Awaited<R>[];
  }

  async *#mapEach<R>(
    fn: PoolFunction,
    items: AnyIterable<unknown>,
    options: MapOptions,
    ordered: boolean,
  ): AsyncGenerator<Awaited<R>, void, undefined> {
    checkTaskOptions(options);
    checkIterable(items);
    const chunkSize = options.chunkSize ?? 1;
    const order = { ordered, failFast: false };
    for await (const values of this.#chunks(Shape.items, fn, items, options, chunkSize, order)) {
      yield* values as Awaited<R>[];
    }
  }

  #chunks(
    shape: Shape,
    fn: PoolFunction,
    items: AnyIterable<unknown>,
    options: MapOptions,
    chunkSize: number,
    order: { readonly ordered: boolean; readonly failFast: boolean },
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    this.#dispatcher.checkOpen();
    const taskFunction = this.#functions.get(fn);
    const { maxQueued } = this.#options;
    const window = Number.isFinite(maxQueued) ? maxQueued : 16 * this.processes;
    const plan = { ...order, chunkSize, window, signal: options.signal };
    return mapChunks(items, plan, (chunk, start, done) => {
      const fail = (error: unknown, values: ChunkOutcome['values'] = []) =>
        done({ values, failure: { error } });
      let task: PoolTask;
      try {
        const path = start === 0 ? 'items' : `items.slice(${start})`;
        task = new PoolTask(taskFunction, shape, chunk, path, options, {
          onReturned: (values) => done({ values: values as unknown[] }),
          onFailed: fail,
        });
        this.#dispatcher.add(task, options.signal);
      } catch (error) {
        fail(error);
        return () => undefined;
      }
      return () =>
        this.#dispatcher.cancel(task, new DOMException('Nobody reads the results any more.', 'AbortError'));
    });
  }
}

function checkIterable(items: unknown): void {
  const isIterable =
    typeof items === 'object' &&
    items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items);
  if (isIterable || typeof items === 'string') return;
  throw new InvalidOptionError(
    'items',
    `The items must be iterable, as an array or a generator is, not ${items === null ? 'null' : typeof items}.`,
  );
}

async function collect(input: AnyIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of input) items.push(item);
  return items;
}
