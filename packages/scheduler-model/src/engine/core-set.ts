// A set of core numbers that finds its smallest quickly: 32 cores a word.

/** Cores 0 to n - 1, each in it or not. */
export class CoreSet {
  readonly #words: Uint32Array;
  #size = 0;

  constructor(cores: number) {
    this.#words = new Uint32Array(Math.ceil(cores / 32));
  }

  get size(): number {
    return this.#size;
  }

  has(core: number): boolean {
    return ((this.#words[core >> 5] as number) & (1 << (core & 31))) !== 0;
  }

  add(core: number): void {
    if (this.has(core)) return;
    this.#size++;
    this.#words[core >> 5] = (this.#words[core >> 5] as number) | (1 << (core & 31));
  }

  delete(core: number): void {
    if (!this.has(core)) return;
    this.#size--;
    this.#words[core >> 5] = (this.#words[core >> 5] as number) & ~(1 << (core & 31));
  }

  /** The smallest member from `from` on, or -1. */
  next(from: number): number {
    let index = from >> 5;
    let word = index < this.#words.length ? (this.#words[index] as number) & (-1 << (from & 31)) : 0;
    while (word === 0) {
      index++;
      if (index >= this.#words.length) return -1;
      word = this.#words[index] as number;
    }
    return index * 32 + (31 - Math.clz32(word & -word));
  }
}
