import { expect, it } from 'vitest';
import {
  clientWord,
  DEAD,
  FREE,
  generationOf,
  hasSleepers,
  isFree,
  isOffered,
  LAST_SLOT,
  nextGeneration,
  OFFER,
  ownerOf,
  SLEEPERS,
  slotOf,
} from './word-layout.js';

const slots = [1, 2, 100, LAST_SLOT];
const generations = [0, 1, 2 ** 17, 2 ** 18 - 1];

it('keeps slot, generation and sleepers apart, for the smallest and the largest of each', () => {
  for (const slot of slots) {
    for (const generation of generations) {
      const word = clientWord(slot, generation);
      expect(word).toBeGreaterThan(0);
      for (const seen of [word, word | SLEEPERS, word | OFFER, word | OFFER | SLEEPERS]) {
        expect([slotOf(seen), generationOf(seen), ownerOf(seen), isFree(seen)]).toEqual([
          slot,
          generation,
          word,
          false,
        ]);
      }
      expect([word, word | SLEEPERS, word | OFFER].map(hasSleepers)).toEqual([false, true, false]);
      expect([word, word | SLEEPERS, word | OFFER].map(isOffered)).toEqual([false, false, true]);
    }
  }
});

it('no two clients have one word', () => {
  const words = slots.flatMap((slot) => generations.map((generation) => clientWord(slot, generation)));
  expect(new Set([...words, FREE, DEAD]).size).toBe(words.length + 2);
});

it('free, or left by a dead holder, it may be taken, whoever sleeps', () => {
  for (const word of [FREE, DEAD, SLEEPERS, DEAD | SLEEPERS]) expect(isFree(word)).toBe(true);
});

it('generations go round and stay in their bits', () => {
  expect(nextGeneration(2 ** 18 - 1)).toBe(0);
  expect(nextGeneration(5)).toBe(6);
});
