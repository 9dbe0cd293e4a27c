/** The only source of chance in a sale's plan: the same seed, the same plan. */

/** Numbers from a seed. */
export interface Random {
  /** A draw from 0 up to, not including, 1. */
  fraction(): number;
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number;
}

/**
 * @param seed - a safe integer of 0 or more
 * @see G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators" (2014), in 32 bits
 */
export function seededRandom(seed: number): Random {
  let word = (seed ^ Math.floor(seed / 2 ** 32)) | 0;
  const next = (): number => {
    word = (word + 0x9e3779b9) | 0;
    let mixed = word ^ (word >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const fraction = () => next() / 2 ** 32;
  return { fraction, below: (bound) => Math.floor(fraction() * bound) };
}
