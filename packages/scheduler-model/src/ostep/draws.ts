// Where a simulator's random numbers come from: the seed, as Python would draw them, or a record of what
// it drew, which must be asked for in the same order.

import { InvalidInputError } from '../errors.js';
import { MersenneTwister } from './mersenne-twister.js';

/** What Python drew, in order: from `random()`, `choice(list)`, or `shuffle(list)` with the list after it. */
export type RecordedDraw =
  | readonly ['random', number]
  | readonly ['choice', readonly number[], number]
  | readonly ['shuffle', readonly number[]];

/** The draws of a run. */
export interface Draws {
  random(): number;
  choice(from: readonly number[]): number;
  shuffle(list: readonly number[]): readonly number[];
}

/** From the seed alone, or from a record. */
export function drawsOf(seed: number, recorded: readonly RecordedDraw[] | undefined): Draws {
  return recorded === undefined ? fromSeed(seed) : fromRecord(recorded);
}

function fromSeed(seed: number): Draws {
  const twister = new MersenneTwister(seed);
  return {
    random: () => twister.random(),
    choice(from) {
      if (from.length === 0) {
        const expected = 'a machine with another processor to take from: Python would raise IndexError here';
        throw new InvalidInputError({ field: 'choice(list)', value: from, expected });
      }
      return from[twister.below(from.length)] as number;
    },
    shuffle(list) {
      const shuffled = [...list];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = twister.below(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j] as number, shuffled[i] as number];
      }
      return shuffled;
    },
  };
}

function fromRecord(recorded: readonly RecordedDraw[]): Draws {
  let next = 0;
  const take = (kind: RecordedDraw[0]): RecordedDraw => {
    const draw = recorded[next];
    if (draw === undefined || draw[0] !== kind) {
      const expected = `a recorded ${kind}: that is what the simulator draws here`;
      throw new InvalidInputError({ field: `draws[${next}]`, value: draw?.[0], expected });
    }
    next++;
    return draw;
  };
  return {
    random: () => take('random')[1] as number,
    choice: () => take('choice')[2] as number,
    shuffle: () => take('shuffle')[1] as readonly number[],
  };
}
