/** How a process ended: one record, complete once it is there. */
import { constants } from 'node:os';

/**
 * Why a process ended.
 *
 * | reason         | what happened                                                       |
 * | -------------- | ------------------------------------------------------------------- |
 * | `returned`     | its target returned                                                 |
 * | `threw`        | its target, or something that it had started, threw                 |
 * | `exited`       | process.exit(), or an exit code, before the target had returned     |
 * | `signaled`     | a signal: terminate(), kill(), or one from elsewhere                |
 * | `cancelled`    | its AbortSignal: it did not end by itself within the grace period   |
 * | `start-failed` | it never ran                                                        |
 */
export type ExitReason = 'returned' | 'threw' | 'exited' | 'signaled' | 'cancelled' | 'start-failed';

export interface ExitRecord {
  /** As Node has it: null after a signal. */
  readonly exitCode: number | null;
  /** Null unless a signal ended it. */
  readonly signal: NodeJS.Signals | null;
  readonly reason: ExitReason;
  /** Undefined when it never ran. */
  readonly pid: number | undefined;
}

/** Name of a signal by its number on this platform. */
export function signalName(signalNumber: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === signalNumber);
  return (found?.[0] ?? `SIG${signalNumber}`) as NodeJS.Signals;
}
