/** Figures as a reader wants them. */

/** A duration: `12 ms`, `1.2 s`. */
export function duration(milliseconds: number): string {
  if (Math.abs(milliseconds) < 1) return `${milliseconds.toFixed(2)} ms`;
  if (Math.abs(milliseconds) < 10) return `${milliseconds.toFixed(1)} ms`;
  return Math.abs(milliseconds) < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** A share, 0 to 1, in per cent. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(Math.abs(share) < 0.0995 ? 1 : 0)} %`;
}

/** A list: `1, 2, 3`. */
export function list(values: readonly unknown[]): string {
  return values.join(', ');
}
