/** Who thinks how long, who is killed and when: all of it from the seed, before anyone comes. */
import { type Random, seededRandom } from './random.js';

/**
 * Where a buyer can be killed, each a place where something could be lost or sold twice.
 *
 * | step        | the buyer is                                                             |
 * | ----------- | ------------------------------------------------------------------------ |
 * | `searching` | thinking about what it found                                             |
 * | `waiting`   | about to ask for its turn: it dies while it waits, or just as it has it  |
 * | `thinking`  | in the critical section, with the count read and nothing written         |
 * | `writing`   | in it, with the new content written beside the database                  |
 * | `written`   | in it, with its sale in the database but nobody told                     |
 *
 * Whoever finds no ticket left, and so has no more of these before it, is killed in the critical section then.
 */
export const killSteps = ['searching', 'waiting', 'thinking', 'writing', 'written'] as const;
export type KillStep = (typeof killSteps)[number];

/** One buyer's part. Sent to its process as it is. */
export interface BuyerPlan {
  readonly buyer: string;
  /** Milliseconds to think when searching. */
  readonly search: number;
  /** Milliseconds to think when buying. */
  readonly think: number;
  /** Where it is killed; undefined for most. */
  readonly kill: { readonly step: KillStep; readonly fraction: number } | undefined;
}

export interface PlanSettings {
  readonly buyers: number;
  readonly think: readonly [number, number];
  readonly kill: number;
  readonly seed: number;
}

/** The parts of all buyers; the same settings give the same plan. */
export function planSale({ buyers, think: [shortest, longest], kill, seed }: PlanSettings): BuyerPlan[] {
  const random = seededRandom(seed);
  const duration = () => shortest + random.fraction() * (longest - shortest);
  const plans = Array.from({ length: buyers }, (_, index) => ({
    buyer: `buyer-${index + 1}`,
    search: duration(),
    think: duration(),
  }));
  const victims = drawVictims(buyers, kill, random);
  return plans.map((plan, index) => ({
    ...plan,
    kill: victims.has(index)
      ? { step: killSteps[random.below(killSteps.length)] as KillStep, fraction: random.fraction() }
      : undefined,
  }));
}

/** The first `kill` places of a shuffled list. */
function drawVictims(buyers: number, kill: number, random: Random): Set<number> {
  const order = Array.from({ length: buyers }, (_, index) => index);
  for (let place = 0; place < kill; place++) {
    const drawn = place + random.below(buyers - place);
    [order[place], order[drawn]] = [order[drawn] as number, order[place] as number];
  }
  return new Set(order.slice(0, kill));
}
