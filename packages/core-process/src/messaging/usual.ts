/** What a duration usually is: follows the middle of what was measured, in steps. */

/** How far one value moves it: this part of it, and so many milliseconds. */
const STEPS = 8;
const SMALLEST_STEP_MS = 0.01;

export class Usual {
  #milliseconds = 0;
  #count = 0;

  /** Undefined while nothing is known. */
  get milliseconds(): number | undefined {
    return this.#count === 0 ? undefined : this.#milliseconds;
  }

  get count(): number {
    return this.#count;
  }

  /** The middle of the values, not their mean: one that the scheduler has held up says nothing. */
  add(milliseconds: number): void {
    const step = this.#milliseconds / STEPS + SMALLEST_STEP_MS;
    this.#milliseconds +=
      this.#count++ === 0 ? milliseconds : Math.max(-step, Math.min(step, milliseconds - this.#milliseconds));
    if (this.#milliseconds < 0) this.#milliseconds = 0;
  }
}
