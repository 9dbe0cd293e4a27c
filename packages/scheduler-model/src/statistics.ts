// The few statistics that results are given in. Of nothing, all are 0.

/** Nearest-rank percentiles: each is a value that occurred. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

export const mean = (values: readonly number[]): number => share(sum(values), values.length);

export function percentiles(values: ArrayLike<number>): Percentiles {
  const sorted = Float64Array.from(values).toSorted();
  const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}
