/** Runs one experiment, and its control if asked: whatever happens becomes a verdict. */
import { ControlError, MeasurementTimeoutError, NotPossibleHereError } from './errors.js';
import { type Experiment, type Group, groupOf, type Measuring, type Text } from './experiment.js';
import { withMeasuring } from './measuring.js';

/** What became of a measurement. */
export type Outcome =
  | { readonly verdict: 'holds' | 'does-not-hold'; readonly measured: Text; readonly figures: unknown }
  | { readonly verdict: 'does-not-hold'; readonly error: ErrorReport }
  | { readonly verdict: 'skipped'; readonly reason: Text };

export type Verdict = Outcome['verdict'];

/** An error as plain data. */
export interface ErrorReport {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

export type ExperimentResult = Outcome & {
  readonly id: string;
  readonly group: Group;
  readonly claim: Text;
  /** Milliseconds, the control included. */
  readonly duration: number;
  /** What the same measurement showed with the cause removed, if that was asked for. */
  readonly control?: (Outcome & { readonly instead: Text }) | undefined;
};

export interface RunOptions {
  /** Measures once more with the cause removed; the verdict must be the opposite. @defaultValue false */
  readonly control?: boolean | undefined;
  /** Milliseconds for one measurement: to end one that hangs, not to judge its speed. @defaultValue 60000 */
  readonly bound?: number | undefined;
  /** Calls it off; the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one experiment. A measurement that throws or does not end gets the verdict «does not hold», with the
 * error; so does one whose control gets the same verdict.
 *
 * @throws `signal.reason` when it was called off
 */
export async function runExperiment(
  experiment: Experiment,
  options: RunOptions = {},
): Promise<ExperimentResult> {
  const started = performance.now();
  const outcome = await outcomeOf(experiment, (measuring) => experiment.measure(measuring), options);
  const measuresControl = options.control === true && outcome.verdict === 'holds';
  const control = measuresControl
    ? {
        instead: experiment.control.instead,
        ...(await outcomeOf(experiment, (measuring) => experiment.control.measure(measuring), options)),
      }
    : undefined;
  return {
    id: experiment.id,
    group: groupOf(experiment),
    claim: experiment.claim,
    ...(control === undefined || isOpposite(control)
      ? outcome
      : { verdict: 'does-not-hold', error: reportOf(new ControlError()) }),
    duration: performance.now() - started,
    ...(control === undefined ? {} : { control }),
  };
}

/** The control shows what it shall when its figures were judged and the claim does not hold without its cause. */
function isOpposite(control: Outcome): boolean {
  return control.verdict === 'does-not-hold' && 'figures' in control;
}

async function outcomeOf(
  experiment: Experiment,
  measure: (measuring: Measuring) => Promise<unknown>,
  { bound = 60_000, signal: calledOff }: RunOptions,
): Promise<Outcome> {
  calledOff?.throwIfAborted();
  const reason = experiment.unavailable?.();
  if (reason !== undefined) return { verdict: 'skipped', reason };
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new MeasurementTimeoutError(bound)), bound);
  const signal = calledOff === undefined ? limit.signal : AbortSignal.any([limit.signal, calledOff]);
  try {
    const figures = await withMeasuring(signal, measure);
    const { holds, measured } = experiment.judge(figures);
    return { verdict: holds ? 'holds' : 'does-not-hold', measured, figures };
  } catch (error) {
    calledOff?.throwIfAborted();
    if (error instanceof NotPossibleHereError) return { verdict: 'skipped', reason: error.reason };
    return { verdict: 'does-not-hold', error: reportOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) {
    return { name: 'Error', code: undefined, message: String(error), stack: undefined };
  }
  const { name, message, stack } = error;
  return { name, code: (error as NodeJS.ErrnoException).code, message, stack };
}
