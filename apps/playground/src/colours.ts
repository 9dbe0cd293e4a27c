/** Colours, or none: they are for a terminal, and NO_COLOR turns them off. */
import type { Verdict } from './run-experiment.js';

export interface Colours {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly verdict: (verdict: Verdict, text: string) => string;
}

const GREEN = 32;
const RED = 31;
const YELLOW = 33;
const CODES: Readonly<Record<Verdict, number>> = { holds: GREEN, 'does-not-hold': RED, skipped: YELLOW };

export const noColours: Colours = {
  bold: (text) => text,
  dim: (text) => text,
  verdict: (_verdict, text) => text,
};

export const ansiColours: Colours = {
  bold: (text) => `\u001B[1m${text}\u001B[22m`,
  dim: (text) => `\u001B[2m${text}\u001B[22m`,
  verdict: (verdict, text) => `\u001B[${CODES[verdict]}m${text}\u001B[39m`,
};

/** @see https://no-color.org: any value that is not empty */
export function coloursFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Colours {
  const isWanted = stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return isWanted ? ansiColours : noColours;
}
