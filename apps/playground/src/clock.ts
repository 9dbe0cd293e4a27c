/**
 * Milliseconds on the machine's monotonic clock.
 *
 * Instants of different processes can be compared: Node's high-resolution time is CLOCK_MONOTONIC, which counts
 * from the boot of the machine and not from the start of the process.
 */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
