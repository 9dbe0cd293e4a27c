/**
 * One wait that has not ended: its time-out, its abort signal, and the closing of what it waits for.
 *
 * Invariant: while something waits here, one timer keeps the event loop alive, unless the wait is told not to; when
 * nothing does, none is left.
 */
import type { ResolvedWait } from '../wait-options.js';

/** The longest that one timer of Node can run, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class PendingWait {
  readonly timeout: number;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutError: () => Error;
  readonly #deadline: number;
  #timer: NodeJS.Timeout | undefined;
  #isKept = true;
  #cancelled: { readonly reason: unknown } | undefined;
  #onCancel: (() => void) | undefined;

  constructor({ timeout, signal }: ResolvedWait, timeoutError: () => Error) {
    this.timeout = timeout;
    this.#signal = signal;
    this.#timeoutError = timeoutError;
    this.#deadline = performance.now() + timeout;
    signal?.addEventListener('abort', this.#abort);
  }

  /** Ends the wait from outside; only the first reason counts. */
  cancel(reason: unknown): void {
    this.#cancelled ??= { reason };
    this.#onCancel?.();
  }

  /** @throws the reason, when it was aborted, cancelled or has timed out */
  throwIfCancelled(): void {
    this.#signal?.throwIfAborted();
    if (this.#cancelled !== undefined) throw this.#cancelled.reason as Error;
  }

  /**
   * Waits for something that reports by a callback.
   *
   * @param begin - starts it; what it returns is called when the wait is given up
   * @throws the reason for giving up; TimeoutError at once when the time-out is 0
   */
  async until<T>(begin: (done: (value: T) => void) => () => void): Promise<T> {
    this.throwIfCancelled();
    if (this.timeout === 0) throw this.#timeoutError();
    this.#timer ??= this.#startTimer();
    return await new Promise<T>((resolve, reject) => {
      const settle = (value: T): void => {
        this.#onCancel = undefined;
        resolve(value);
      };
      const giveUp = begin(settle);
      this.#onCancel = () => {
        this.#onCancel = undefined;
        giveUp();
        reject(this.#cancelled?.reason);
      };
    });
  }

  /** @param ms - milliseconds */
  sleep(ms: number): Promise<void> {
    return this.until<void>((done) => {
      const timer = setTimeout(done, ms);
      return () => clearTimeout(timer);
    });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.cancel(this.#signal?.reason);

  /** Says whether the wait keeps the process alive, as it does in the beginning. */
  keepAlive(isKept: boolean): void {
    this.#isKept = isKept;
    if (isKept) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** Started without a time-out too: a pending wait keeps the process alive, whatever it waits for. */
  #startTimer(): NodeJS.Timeout {
    const left = this.#deadline - performance.now();
    const timer = setTimeout(
      () => {
        if (performance.now() >= this.#deadline) this.cancel(this.#timeoutError());
        else this.#timer = this.#startTimer();
      },
      Math.min(Math.max(1, Math.ceil(left)), LONGEST_TIMER_MS),
    );
    return this.#isKept ? timer : timer.unref();
  }
}
