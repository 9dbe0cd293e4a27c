/**
 * The process that runs one experiment for the lab, named by its argument. It says what it does on descriptor 3,
 * since standard output may be the experiment's; and calls it off when standard input closes, which happens however
 * the lab ends.
 */
import { writeSync } from 'node:fs';
import type { Experiment } from '../experiment.js';
import { experiments } from '../experiments/index.js';
import { type ExperimentResult, runExperiment } from '../run-experiment.js';

export type RunnerMessage =
  | { readonly kind: 'step'; readonly step: 'measure' | 'control' }
  | { readonly kind: 'result'; readonly result: ExperimentResult };

const REPORTS = 3;

function say(message: RunnerMessage): void {
  writeSync(REPORTS, `${JSON.stringify(message)}\n`);
}

/** The same experiment, telling which of its measurements begins. */
function telling(experiment: Experiment): Experiment {
  const { control } = experiment;
  return {
    ...experiment,
    measure: (measuring) => {
      say({ kind: 'step', step: 'measure' });
      return experiment.measure(measuring);
    },
    control: {
      ...control,
      measure: (measuring) => {
        say({ kind: 'step', step: 'control' });
        return control.measure(measuring);
      },
    },
  };
}

const experiment = experiments.find(({ id }) => id === process.argv[2]);
if (experiment === undefined) throw new Error(`There is no experiment "${process.argv[2]}".`);
const calledOff = new AbortController();
const callOff = () => calledOff.abort(new Error('The lab has called it off.'));
process.stdin.on('end', callOff).on('error', callOff).on('close', callOff).resume();
process.on('SIGTERM', callOff);
try {
  say({
    kind: 'result',
    result: await runExperiment(telling(experiment), { control: true, signal: calledOff.signal }),
  });
} catch (error) {
  if (!calledOff.signal.aborted) throw error;
  process.exitCode = 1;
} finally {
  process.stdin.destroy();
}
