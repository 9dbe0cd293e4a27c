const MICROSECONDS: Readonly<Record<string, number>> = { ns: 0.001, µs: 1, us: 1, ms: 1000, s: 1_000_000 };

/** Microseconds of a tick, by the machine's unit; one, if that is no time. */
export const microseconds = (unit: string): number => MICROSECONDS[unit] ?? 1;
