export { type Command, readCommandLine, UsageError } from './cli-options.js';
export { ControlError, MeasurementTimeoutError, NotPossibleHereError } from './errors.js';
export {
  type Control,
  type Experiment,
  type Group,
  groupOf,
  groups,
  type Judgement,
  type Language,
  type Measuring,
  type Text,
} from './experiment.js';
export { experiments } from './experiments/index.js';
export {
  type ErrorReport,
  type ExperimentResult,
  type Outcome,
  runExperiment,
  type RunOptions,
  type Verdict,
} from './run-experiment.js';
export { exitStatusOf, summarize, type Summary, verify, type VerifyOptions } from './verify.js';
