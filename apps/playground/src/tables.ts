/** The tables of `list` and `verify`, as wide as the terminal is. Pure. */
import Table from 'cli-table3';
import type { Colours } from './colours.js';
import { type Experiment, type Group, groupOf, type Language } from './experiment.js';
import { wordsOf } from './i18n/words.js';
import type { ExperimentResult } from './run-experiment.js';
import { textWidth, wrapText } from './text-width.js';
import type { Summary } from './verify.js';

export interface Look {
  readonly language: Language;
  /** Of the terminal; at least {@link NARROWEST} are used. */
  readonly columns: number;
  readonly colours: Colours;
}

const NARROWEST = 60;
/** Longer lines are hard to read. */
const WIDEST = 180;
const BETWEEN = 2;
const MARKS = { holds: '✓', 'does-not-hold': '✗', skipped: '-' } as const;

/** Every claim, by group. Ends with a line break. */
export function renderList(experiments: readonly Experiment[], look: Look): string {
  const words = wordsOf(look.language);
  const rows = experiments.map((experiment) => ({
    group: groupOf(experiment),
    cells: [experiment.id, experiment.claim[look.language]],
  }));
  const idWidth = Math.max(...rows.map(({ cells }) => textWidth(cells[0] as string)));
  const claimWidth = Math.max(20, widthOf(look) - idWidth - BETWEEN);
  const table = renderTable(
    [words.columns.id, words.columns.claim],
    [idWidth, claimWidth],
    rows.map((row) => ({ ...row, colour: [look.colours.bold, plain] })),
    look,
  );
  return `${table}\n\n${words.listed(experiments.length)}\n`;
}

/** Claim, what was measured and the verdict of each, and a sentence for all. Ends with a line break. */
export function renderSummary(summary: Summary, look: Look): string {
  const { language, colours } = look;
  const words = wordsOf(language);
  const { columns } = words;
  const verdictOf = ({ verdict }: ExperimentResult) => `${MARKS[verdict]} ${words.verdicts[verdict]}`;
  const verdictWidth = Math.max(
    textWidth(columns.verdict),
    ...summary.results.map((result) => textWidth(verdictOf(result))),
  );
  const rest = widthOf(look) - verdictWidth - 2 * BETWEEN;
  const claimWidth = Math.floor(rest * 0.5);
  const table = renderTable(
    [columns.claim, columns.measured, columns.verdict],
    [claimWidth, rest - claimWidth, verdictWidth],
    summary.results.map((result) => ({
      group: result.group,
      cells: [result.claim[language], measuredText(result, language), verdictOf(result)],
      colour: [plain, plain, (text: string) => colours.verdict(result.verdict, text)],
      title: colours.dim(result.id),
    })),
    look,
  );
  const { held, failed, skipped } = summary;
  const sentence = words.summary({
    all: summary.results.length,
    held,
    failed,
    skipped,
    seconds: (summary.duration / 1000).toFixed(1),
  });
  const verdict = failed > 0 ? 'does-not-hold' : held > 0 ? 'holds' : 'skipped';
  return `${table}\n\n${colours.verdict(verdict, wrapText(sentence, widthOf(look)).join('\n'))}\n`;
}

/** What there is to say beside the verdict: figures, a reason, or an error. */
export function measuredText(
  result: Pick<ExperimentResult, 'verdict'> & Partial<ExperimentResult>,
  language: Language,
): string {
  if (result.verdict === 'skipped') return result.reason?.[language] ?? '';
  if ('error' in result && result.error !== undefined) {
    const { code, name, message } = result.error;
    return wordsOf(language).failedWith(`${code ?? name}: ${message}`);
  }
  return 'measured' in result ? (result.measured?.[language] ?? '') : '';
}

/** Columns that a table takes on such a terminal. */
export function widthOf({ columns }: Look): number {
  return Math.min(WIDEST, Math.max(NARROWEST, columns));
}

const plain = (text: string): string => text;

interface Row {
  readonly group: Group;
  readonly cells: readonly string[];
  readonly colour: readonly ((text: string) => string)[];
  /** A line above the first cell. */
  readonly title?: string;
}

function renderTable(
  heads: readonly string[],
  widths: readonly number[],
  rows: readonly Row[],
  { language, colours }: Look,
): string {
  const line = '─';
  const table = new Table({
    // A line under the heads and above each group; none at the sides, so that a narrow terminal has room.
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      // With the padding, BETWEEN columns: a cell across all is reckoned with separators of one.
      middle: ' ',
    },
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [], compact: true },
    colWidths: widths.map((width) => width + 1),
  });
  const whole = widths.reduce((sum, width) => sum + width, 0) + BETWEEN * (widths.length - 1);
  const across = (content: string) => [{ content, colSpan: widths.length }];
  table.push(heads.map((head) => colours.bold(head)));
  let group: Group | undefined;
  for (const row of rows) {
    if (row.group !== group) {
      group = row.group;
      const title = `${line}${line} ${wordsOf(language).groups[group]} `;
      table.push(across(colours.dim(title + line.repeat(Math.max(0, whole - textWidth(title))))));
    }
    // Wrapped here, since Chinese has no spaces to wrap at; each line has its colour, so that none runs on.
    table.push(
      row.cells.map((cell, place) => {
        const lines = wrapText(cell, widths[place] as number).map((text) =>
          (row.colour[place] ?? plain)(text),
        );
        if (place === 0 && row.title !== undefined) lines.unshift(row.title);
        return lines.join('\n');
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((text) => text.trimEnd())
    .join('\n');
}
