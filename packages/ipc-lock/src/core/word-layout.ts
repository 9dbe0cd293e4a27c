/**
 * The word that a lock is: who holds it, and whether someone sleeps. Owner and lock change in one instruction.
 *
 * | bits  | content                                                             |
 * | ----- | ------------------------------------------------------------------- |
 * | 0–11  | slot of the client that holds it, from 1 on; 0 free; 4095 a dead one |
 * | 12–29 | generation of the slot: the same slot is another client each time    |
 * | 30    | it is only offered to the client, which has not taken it yet         |
 * | 31    | someone sleeps, or did: a release has to wake                        |
 *
 * | word                | state     | who may change it, and to what                                            |
 * | ------------------- | --------- | ------------------------------------------------------------------------- |
 * | 0                   | free      | anyone: to itself                                                         |
 * | client              | held      | its client: to 0; a waiter: adds the bit; who sees it dead: to itself     |
 * | client + sleepers   | contended | the same; its release wakes, or offers it to the client whose turn it is  |
 * | client + offer      | offered   | the client: takes the bit away; who sees it so for long, or the client dead: to itself |
 * | dead (+ sleepers)   | abandoned | anyone: to itself                                                         |
 */
export const FREE = 0;
/** Sign bit of the 32-bit word. */
export const SLEEPERS = 0x8000_0000 | 0;
const SLOT_MASK = 0xfff;
/** Handed over, and not taken yet. */
export const OFFER = 0x4000_0000;
const GENERATION_MASK = 0x3ffff;
const GENERATION_SHIFT = 12;
/** What a word says of a holder that died, once its slot is another's. */
export const DEAD = SLOT_MASK;
/** Slots 1 to this one are for clients. */
export const LAST_SLOT = SLOT_MASK - 1;

/** A client as the words have it; never 0, never negative. */
export function clientWord(slot: number, generation: number): number {
  return ((generation & GENERATION_MASK) << GENERATION_SHIFT) | slot;
}

/** The client that has it or to which it is offered, and nothing else. */
export function ownerOf(word: number): number {
  return word & ~(SLEEPERS | OFFER);
}

export function isOffered(word: number): boolean {
  return (word & OFFER) !== 0;
}

/** 0 when it is free. */
export function slotOf(word: number): number {
  return word & SLOT_MASK;
}

export function generationOf(word: number): number {
  return (word >>> GENERATION_SHIFT) & GENERATION_MASK;
}

export function nextGeneration(generation: number): number {
  return (generation + 1) & GENERATION_MASK;
}

export function hasSleepers(word: number): boolean {
  return word < 0;
}

/** True when whoever comes next may take it at once. */
export function isFree(word: number): boolean {
  const owner = ownerOf(word);
  return owner === FREE || owner === DEAD;
}
