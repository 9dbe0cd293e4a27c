// Numbers as the simulators print them: Python rounds a double correctly, an exact tie to the even digit.

/** The number that `'%.2f' % value` shows. */
export function twoDecimals(value: number): number {
  const eighths = value * 8;
  // Only odd eighths lie exactly between two hundredths; toFixed takes the larger of the two.
  if (Number.isInteger(eighths) && eighths % 2 !== 0) {
    const below = Math.floor(value * 100);
    return (below % 2 === 0 ? below : below + 1) / 100;
  }
  return Number(value.toFixed(2));
}

/** The mean, as Python adds it up, to two decimals. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : twoDecimals(values.reduce((sum, value) => sum + value, 0) / values.length);
}
