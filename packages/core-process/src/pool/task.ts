/**
 * One task as its pool holds it: its message, encoded once however often it is sent, and who waits for it.
 *
 * queued → at a worker (→ begun) → settled. It may go back to the queue; once settled it never changes.
 */
import { SentHandovers } from '../messaging/clone.js';
import { releasePayload } from '../os/large-memory.js';
import { encodeTask, type Shape } from './protocol.js';
import type { TaskOptions } from './pool-options.js';
import type { TaskFunction } from './task-functions.js';
import { clearTimeout } from '../real-timers.js';

/** Whoever waits for the task. Each is called once at most, and one of the two first ones is. */
export interface TaskListener {
  onReturned(value: unknown): void;
  /** @param before - results of the calls before the failed one, when the task has several */
  onFailed(error: unknown, before: readonly unknown[]): void;
  /** Of a generator. */
  onYielded?(value: unknown): void;
}

let lastId = 0;

export class PoolTask {
  readonly id: number;
  readonly function: TaskFunction;
  readonly message: Buffer;
  readonly priority: number;
  readonly timeout: number;
  readonly onProgress: ((value: unknown) => void) | undefined;
  /** What it takes with it; most take nothing. */
  readonly #sent: SentHandovers | undefined;
  /** What it was expected to take when it was sent, in milliseconds. */
  expected = 0;
  /** One of a broadcast: not any worker may run it. */
  isForOne = false;
  isSettled = false;
  /** Workers that have died with it: while it ran, and while it was read. */
  attempts = 0;
  lostDeliveries = 0;
  /** Runs from its beginning. */
  timer: NodeJS.Timeout | undefined;
  /** Its pool hears that it has settled, before whoever waits for it. */
  onSettled: (() => void) | undefined;
  readonly #listener: TaskListener;

  /** @throws NotCloneableError */
  constructor(
    taskFunction: TaskFunction,
    shape: Shape,
    value: unknown,
    path: string,
    options: TaskOptions,
    listener: TaskListener,
  ) {
    // Zero says «none» in messages.
    this.id = lastId = (lastId % 0xffff_ffff) + 1;
    this.function = taskFunction;
    const sent = new SentHandovers();
    this.message = encodeTask(
      this.id,
      taskFunction.index,
      shape,
      value,
      path,
      options.timeout !== undefined,
      sent,
    );
    this.#sent = sent.isSingleUse ? sent : undefined;
    this.priority = options.priority ?? 0;
    this.timeout = options.timeout ?? Infinity;
    this.onProgress = options.onProgress;
    this.#listener = listener;
  }

  get name(): string {
    return this.function.reference.export;
  }

  /** True when something in it can be built once only: it can't be sent again. */
  get isSingleUse(): boolean {
    return this.#sent !== undefined;
  }

  /** Only the first of all endings counts. */
  return(value: unknown): void {
    if (this.#settle()) this.#listener.onReturned(value);
  }

  fail(error: unknown, before: readonly unknown[] = []): void {
    if (this.#settle()) this.#listener.onFailed(error, before);
  }

  yield(value: unknown): void {
    if (!this.isSettled) this.#listener.onYielded?.(value);
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.timer !== undefined) clearTimeout(this.timer);
    // All that it took is rebuilt by now, or never will be.
    this.#sent?.lose();
    releasePayload(this.message);
    this.onSettled?.();
    return true;
  }
}
