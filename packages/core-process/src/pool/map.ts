/**
 * Many calls from one iterable: read lazily, sent in chunks, never more than a window of them outstanding.
 *
 * The window holds the chunks at the pool and those whose results nobody has taken yet: a slow reader stops the
 * reading of the input, and an endless input needs no more memory than a short one.
 */
export interface MapPlan {
  readonly chunkSize: number;
  /** Chunks. */
  readonly window: number;
  /** False: results as they come. */
  readonly ordered: boolean;
  /** The first failure ends everything, even if results before it are outstanding. */
  readonly failFast: boolean;
  readonly signal: AbortSignal | undefined;
}

/** What became of a chunk. Of a failed one, the results before the failure. */
export interface ChunkOutcome {
  readonly values: readonly unknown[];
  readonly failure?: { readonly error: unknown } | undefined;
}

/** Gives a chunk to the pool. @param start - place of its first item in the input @returns cancels it */
export type SendChunk = (
  items: readonly unknown[],
  start: number,
  done: (outcome: ChunkOutcome) => void,
) => () => void;

interface Slot {
  outcome: ChunkOutcome | undefined;
  cancel: () => void;
}

/** Results chunk by chunk; throws what the first failed call threw, or what reading the input threw. */
export async function* mapChunks(
  input: Iterable<unknown> | AsyncIterable<unknown>,
  plan: MapPlan,
  send: SendChunk,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const slots: Slot[] = [];
  const reader = new ChunkReader(input, plan.chunkSize);
  let wake: (() => void) | undefined;
  const tell = () => wake?.();

  const fill = () => {
    while (slots.length < plan.window) {
      const chunk = reader.next(tell);
      if (chunk === undefined) return;
      const slot: Slot = { outcome: undefined, cancel: () => undefined };
      slots.push(slot);
      slot.cancel = send(chunk.items, chunk.start, (outcome) => {
        slot.outcome = outcome;
        tell();
      });
    }
  };

  plan.signal?.addEventListener('abort', tell);
  try {
    for (;;) {
      plan.signal?.throwIfAborted();
      fill();
      const failed = plan.failFast ? slots.find((slot) => slot.outcome?.failure !== undefined) : undefined;
      const ready = failed ?? (plan.ordered ? slots[0] : slots.find((slot) => slot.outcome !== undefined));
      if (ready?.outcome !== undefined) {
        slots.splice(slots.indexOf(ready), 1);
        const { values, failure } = ready.outcome;
        if (values.length > 0) yield values;
        if (failure !== undefined) throw failure.error;
      } else if (slots.length === 0 && reader.isDone) {
        if (reader.failure !== undefined) throw reader.failure.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    plan.signal?.removeEventListener('abort', tell);
    for (const slot of slots) if (slot.outcome === undefined) slot.cancel();
    await reader.close();
  }
}

/** Reads an iterable, asynchronous or not, in chunks, and only when asked. */
class ChunkReader {
  isDone = false;
  /** What reading threw; what was read before it is whole. */
  failure: { readonly error: unknown } | undefined;
  /** An array is cut instead of read one by one. */
  readonly #array: readonly unknown[] | undefined;
  readonly #isAsync: boolean;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #size: number;
  #items: unknown[] = [];
  #start = 0;
  #isWaiting = false;

  constructor(input: Iterable<unknown> | AsyncIterable<unknown>, size: number) {
    // A string has no properties to look for; every other input is an object.
    this.#isAsync = Symbol.asyncIterator in Object(input);
    this.#iterator = this.#isAsync
      ? (input as AsyncIterable<unknown>)[Symbol.asyncIterator]()
      : (input as Iterable<unknown>)[Symbol.iterator]();
    this.#array =
      Array.isArray(input) && input[Symbol.iterator] === Array.prototype.values ? input : undefined;
    this.#size = size;
  }

  /** A chunk that is there now; else undefined, and `onArrival` is called when it is worth asking again. */
  next(onArrival: () => void): { readonly items: readonly unknown[]; readonly start: number } | undefined {
    if (this.#array !== undefined) return this.#cut(this.#array);
    while (!this.isDone && !this.#isWaiting && this.#items.length < this.#size) {
      try {
        const step = this.#iterator.next();
        if (this.#isAsync) {
          this.#isWaiting = true;
          void Promise.resolve(step)
            .then(
              (result: IteratorResult<unknown>) => this.#take(result),
              (error: unknown) => this.#fail(error),
            )
            .then(() => {
              this.#isWaiting = false;
              onArrival();
            });
        } else this.#take(step as IteratorResult<unknown>);
      } catch (error) {
        this.#fail(error);
      }
    }
    const isWhole = this.#items.length === this.#size;
    if (!isWhole && !(this.isDone && this.#items.length > 0)) return undefined;
    const chunk = { items: this.#items, start: this.#start };
    this.#start += this.#items.length;
    this.#items = [];
    return chunk;
  }

  #cut(array: readonly unknown[]) {
    const start = this.#start;
    if (this.isDone || start >= array.length) {
      this.isDone = true;
      return undefined;
    }
    this.#start += this.#size;
    return { items: array.slice(start, this.#start), start };
  }

  /** Lets the input's own clean-up run when it was not read to its end. */
  async close(): Promise<void> {
    if (this.isDone) return;
    this.isDone = true;
    // One that is in the middle of a step ends when that step does; nobody waits for it.
    const ended = this.#iterator.return?.();
    if (!this.#isWaiting) await ended;
  }

  #take(result: IteratorResult<unknown>): void {
    if (result.done === true) this.isDone = true;
    else this.#items.push(result.value);
  }

  #fail(error: unknown): void {
    this.isDone = true;
    this.failure = { error };
  }
}
