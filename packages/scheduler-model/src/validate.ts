// Checks shared by everything that reads what a user gave. Each names the field and what stood there.

import { InvalidInputError } from './errors.js';

/** Narrows to a safe integer of at least `minimum`; ticks and counts are never fractions. */
export function requireInteger(field: string, value: unknown, minimum: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum) return value;
  throw new InvalidInputError({ field, value, expected: `an integer of ${minimum} or more` });
}

/** Narrows to a string with something in it. */
export function requireText(field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new InvalidInputError({ field, value, expected: 'a string that is not empty' });
}

/** Narrows to an object whose fields may be read; arrays are not meant. */
export function requireObject(field: string, value: unknown, expected: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidInputError({ field, value, expected });
}

/** Narrows to true or false. */
export function requireBoolean(field: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new InvalidInputError({ field, value, expected: 'true or false' });
}

/** Narrows to one of several words. */
export function requireOneOf<T extends string>(field: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new InvalidInputError({ field, value, expected: allowed.map((name) => `'${name}'`).join(' or ') });
}
