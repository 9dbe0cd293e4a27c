/**
 * Milliseconds on the machine's monotonic clock.
 *
 * Every process on the machine reads the same clock, and nobody can set it: instants of different buyers can be
 * compared. Its zero means nothing.
 */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
