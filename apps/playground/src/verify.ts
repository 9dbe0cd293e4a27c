/** Runs experiments one after the other, since neighbours would disturb each other's figures. */
import type { Experiment } from './experiment.js';
import { type ExperimentResult, runExperiment, type RunOptions } from './run-experiment.js';

export interface VerifyOptions extends RunOptions {
  /** Told of each experiment before it runs. */
  readonly onStart?: ((experiment: Experiment, index: number) => void) | undefined;
  /** Told of each result as it comes. */
  readonly onResult?: ((result: ExperimentResult, index: number) => void) | undefined;
}

/** What all experiments together came to. */
export interface Summary {
  readonly results: readonly ExperimentResult[];
  readonly held: number;
  readonly failed: number;
  /** Never counted as held. */
  readonly skipped: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** @throws `signal.reason` when it was called off */
export async function verify(
  experiments: readonly Experiment[],
  options: VerifyOptions = {},
): Promise<Summary> {
  const results: ExperimentResult[] = [];
  for (const [index, experiment] of experiments.entries()) {
    options.onStart?.(experiment, index);
    const result = await runExperiment(experiment, options);
    results.push(result);
    options.onResult?.(result, index);
  }
  return summarize(results);
}

/** Pure. */
export function summarize(results: readonly ExperimentResult[]): Summary {
  const count = (verdict: string) => results.filter((result) => result.verdict === verdict).length;
  return {
    results,
    held: count('holds'),
    failed: count('does-not-hold'),
    skipped: count('skipped'),
    duration: results.reduce((sum, { duration }) => sum + duration, 0),
  };
}

/** 0 only if nothing failed; what was skipped is told, and neither passes nor fails. */
export function exitStatusOf({ failed }: Summary): 0 | 1 {
  return failed === 0 ? 0 : 1;
}
