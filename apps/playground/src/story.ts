/** One experiment, told step by step, for `run`. Pure: the command prints each part as it becomes known. */
import type { Experiment } from './experiment.js';
import { duration } from './format.js';
import { wordsOf } from './i18n/words.js';
import type { ExperimentResult, Outcome } from './run-experiment.js';
import { type Look, measuredText, widthOf } from './tables.js';
import { padText, textWidth, wrapText } from './text-width.js';

/** What is known before anything is measured: the claim and the code. */
export function renderOpening(experiment: Experiment, look: Look): string {
  const { language, colours } = look;
  return [
    colours.bold(experiment.id),
    ...wrapText(experiment.claim[language], widthOf(look)),
    '',
    ...experiment.code.split('\n').map((line) => (line === '' ? '' : colours.dim(`    ${line}`))),
    '',
    '',
  ].join('\n');
}

/** What was measured, with the cause and without it. */
export function renderEnding(result: ExperimentResult, look: Look): string {
  const { language, colours } = look;
  const words = wordsOf(language);
  const labels = [words.measured, words.verdict, words.control];
  const indent = Math.max(...labels.map(textWidth)) + 2;
  const entry = (label: string, text: string, colour = (line: string) => line) =>
    wrapText(text, widthOf(look) - indent).map(
      (line, index) => colours.bold(padText(index === 0 ? label : '', indent)) + colour(line),
    );
  const verdictText = (outcome: Outcome) => words.verdicts[outcome.verdict];
  const lines = [
    ...entry(words.measured, measuredText(result, language)),
    ...entry(words.verdict, `${verdictText(result)} (${duration(result.duration)})`, (line) =>
      colours.verdict(result.verdict, line),
    ),
  ];
  const { control } = result;
  if (control !== undefined) {
    const isAsItMust = control.verdict === 'does-not-hold' && 'figures' in control;
    lines.push(
      '',
      ...entry(words.control, control.instead[language]),
      ...entry(words.measured, measuredText(control, language)),
      ...entry(words.verdict, `${verdictText(control)}${isAsItMust ? words.asItMust : ''}`, (line) =>
        colours.verdict(isAsItMust ? 'holds' : 'does-not-hold', line),
      ),
    );
  }
  const stack = 'error' in result ? result.error.stack : undefined;
  if (stack !== undefined) lines.push('', ...stack.split('\n').map((line) => colours.dim(line)));
  return `${lines.join('\n')}\n`;
}
