/**
 * Tokens of grants: microseconds when a file is made, and one more for each grant. There are more microseconds than
 * grants, so they grow on although a file was lost.
 */
import { TOKEN } from './region-layout.js';

const SMALLEST_TOKEN = 1e15;

/** False for what a new file says, or noise. */
export function isToken(token: number): boolean {
  return Number.isSafeInteger(token) && token >= SMALLEST_TOKEN;
}

export function newToken(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}

/** Of the next grant of what keeps its token as core/region-layout.ts says. */
export function nextToken(numbers: Float64Array): number {
  const last = numbers[TOKEN] as number;
  const token = isToken(last) ? last + 1 : newToken();
  numbers[TOKEN] = token;
  return token;
}
