/** Something that is waited for: as a promise, or, while the thread is blocked, by looking whether it is there. */

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export class Pending<T> {
  #outcome: Outcome<T> | undefined;
  #result: Promise<T> | undefined;
  #tell: ((outcome: Outcome<T>) => void) | undefined;
  readonly #takeBack: (reason: unknown) => boolean;

  /** @param begin - returns what takes the wish back: false when that is not for this side to say, or too late */
  constructor(
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => (reason: unknown) => boolean,
  ) {
    this.#takeBack = begin(
      (value) => this.#settle({ value }),
      (error) => this.#settle({ error }),
    );
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  get result(): Promise<T> {
    this.#result ??= new Promise((resolve, reject) => {
      this.#tell = (outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value));
      if (this.#outcome !== undefined) this.#tell(this.#outcome);
    });
    return this.#result;
  }

  /** What came of it, which has to be settled. @throws what it failed with */
  take(): T {
    const outcome = this.#outcome as Outcome<T>;
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** Gives up: it then fails with the reason, unless it is settled already, or its maker has the last word. */
  cancel(reason: unknown): void {
    if (this.#outcome === undefined && this.#takeBack(reason)) this.#settle({ error: reason });
  }

  #settle(outcome: Outcome<T>): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#tell?.(outcome);
  }
}
