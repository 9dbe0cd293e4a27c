// The only source of chance. xoshiro128** on 32-bit integers, so that every platform draws the same.

/** Numbers from a seed. */
export interface Random {
  /** The next 32 bits, 0 to 2^32 - 1. */
  next(): number;
  /** An unbiased draw from 0 to `bound` - 1; `bound` from 1 to 2^32. */
  below(bound: number): number;
}

const TWO_32 = 2 ** 32;

const rotateLeft = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/**
 * xoshiro128** from a full state of four words, not all zero.
 *
 * @see D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators" (2021)
 */
export function xoshiro128(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state;
  const next = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  const below = (bound: number): number => {
    // Draws past the last whole multiple of the bound would favour small numbers: draw again.
    const limit = TWO_32 - (TWO_32 % bound);
    let draw = next();
    while (draw >= limit) draw = next();
    return draw % bound;
  };
  return { next, below };
}

/** A source from a seed: a safe integer of 0 or more, spread over the state by splitmix32. */
export function seededRandom(seed: number): Random {
  let word = (seed ^ Math.floor(seed / TWO_32)) | 0;
  const spread = (): number => {
    word = (word + 0x9e3779b9) | 0;
    let mixed = word ^ (word >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  return xoshiro128([spread(), spread(), spread(), spread()]);
}
