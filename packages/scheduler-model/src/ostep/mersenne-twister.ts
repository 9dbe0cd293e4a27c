// The generator behind Python's `random`, so that a run can be repeated from its seed: MT19937, seeded as
// CPython seeds it with an integer, and the draws that the simulators make of it.

const N = 624;
const M = 397;

/**
 * MT19937.
 *
 * @see M. Matsumoto, T. Nishimura, "Mersenne Twister" (1998); the reference program mt19937ar (2002)
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(N);
  #index = N;

  /** @param seed - an integer; as in Python, its sign does not matter */
  constructor(seed: number) {
    this.#seed(wordsOf(Math.abs(seed)));
  }

  /** The next 32 bits. */
  next(): number {
    if (this.#index === N) this.#twist();
    let y = this.#state[this.#index++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** `random.random()`: 53 bits, from 0 to less than 1. */
  random(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 67108864 + low) / 2 ** 53;
  }

  /** `random._randbelow(n)` for n up to 2^32: as many bits as n has, drawn again until they are below it. */
  below(bound: number): number {
    const bits = 32 - Math.clz32(bound);
    let draw = this.next() >>> (32 - bits);
    while (draw >= bound) draw = this.next() >>> (32 - bits);
    return draw;
  }

  #seed(key: readonly number[]): void {
    const state = this.#state;
    this.#fill(19650218);
    let i = 1;
    let j = 0;
    for (let k = Math.max(N, key.length); k > 0; k--) {
      state[i] = ((state[i] as number) ^ this.#mixed(i, 1664525)) + (key[j] as number) + j;
      i = this.#wrapped(i + 1);
      j = (j + 1) % key.length;
    }
    for (let k = N - 1; k > 0; k--) {
      state[i] = ((state[i] as number) ^ this.#mixed(i, 1566083941)) - i;
      i = this.#wrapped(i + 1);
    }
    state[0] = 0x80000000;
  }

  #fill(seed: number): void {
    this.#state[0] = seed;
    for (let i = 1; i < N; i++) this.#state[i] = this.#mixed(i, 1812433253) + i;
  }

  #mixed(i: number, factor: number): number {
    const before = this.#state[i - 1] as number;
    return Math.imul(before ^ (before >>> 30), factor);
  }

  #wrapped(i: number): number {
    if (i < N) return i;
    this.#state[0] = this.#state[N - 1] as number;
    return 1;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % N] as number) & 0x7fffffff);
      state[i] = (state[(i + M) % N] as number) ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#index = 0;
  }
}

/** The 32-bit words of a seed, the lowest first. */
function wordsOf(seed: number): number[] {
  const words = [seed >>> 0];
  const high = Math.floor(seed / 2 ** 32);
  if (high > 0) words.push(high);
  return words;
}
