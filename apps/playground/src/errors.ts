/** Errors of the playground. */
import type { Text } from './experiment.js';

/** This platform can't show a claim, and only trying showed that. The experiment is reported as skipped. */
export class NotPossibleHereError extends Error {
  readonly code = 'ERR_PLAYGROUND_NOT_POSSIBLE_HERE';
  override readonly name = 'NotPossibleHereError';
  readonly reason: Text;

  constructor(reason: Text) {
    super(reason.en);
    this.reason = reason;
  }
}

/** A measurement did not come to an end. */
export class MeasurementTimeoutError extends Error {
  readonly code = 'ERR_PLAYGROUND_TIMEOUT';
  override readonly name = 'MeasurementTimeoutError';

  /** @param bound - milliseconds */
  constructor(bound: number) {
    super(`The measurement was given up after ${bound / 1000} s.`);
  }
}

/** The control got the same verdict: what was measured does not depend on what the claim says it depends on. */
export class ControlError extends Error {
  readonly code = 'ERR_PLAYGROUND_CONTROL';
  override readonly name = 'ControlError';

  constructor() {
    super(
      'The control, from which the cause was removed, got the same verdict: the measurement shows nothing.',
    );
  }
}
