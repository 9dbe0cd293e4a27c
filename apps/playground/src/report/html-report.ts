/**
 * The results of `verify` as one HTML file that needs nothing else: no script, no network, light and dark,
 * readable on a phone and on paper. Pure.
 */
import type { Bar } from '../bars.js';
import { type Experiment, type Group, groups, type Language } from '../experiment.js';
import { duration } from '../format.js';
import { wordsOf } from '../i18n/words.js';
import type { ExperimentResult, Outcome } from '../run-experiment.js';
import { measuredText } from '../tables.js';
import type { Summary } from '../verify.js';
import { STYLE } from './style.js';

/** Where and when it was measured. */
export interface Surroundings {
  readonly machine: string;
  readonly node: string;
  readonly date: Date;
}

const MARKS = { holds: '✓', 'does-not-hold': '✗', skipped: '–' } as const;

export function renderHtmlReport(
  experiments: readonly Experiment[],
  summary: Summary,
  { machine, node, date }: Surroundings,
  language: Language,
): string {
  const words = wordsOf(language);
  const { held, failed, skipped, results } = summary;
  const sentence = words.summary({
    all: results.length,
    held,
    failed,
    skipped,
    seconds: (summary.duration / 1000).toFixed(1),
  });
  const measuredGroups = groups.filter((group) => results.some((result) => result.group === group));
  const longest = Math.max(...results.map((result) => result.duration));
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(words.report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escape(words.report.title)}</h1>
<p class="sentence ${failed > 0 ? 'does-not-hold' : 'holds'}">${escape(sentence)}</p>
<p class="faint">${escape(`${machine} · Node.js ${node} · ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`)}</p>
</header>
<nav aria-label="${escape(words.report.contents)}">
${measuredGroups.map((group) => overview(group, results, words.groups[group], longest)).join('\n')}
<p class="faint">${escape(words.report.legend)}</p>
</nav>
<main>
${measuredGroups
  .map((group) => {
    const own = results.filter((result) => result.group === group);
    const articles = own.map((result) => {
      const experiment = experiments.find(({ id }) => id === result.id);
      return article(result, experiment, language);
    });
    return `<section aria-labelledby="${group}"><h2 id="${group}">${escape(words.groups[group])}</h2>\n${articles.join('\n')}\n</section>`;
  })
  .join('\n')}
</main>
</body>
</html>
`;
}

/** A line of the table of contents: the group, a mark for each claim, and how long each took. */
function overview(group: Group, results: readonly ExperimentResult[], name: string, longest: number): string {
  const marks = results
    .filter((result) => result.group === group)
    .map(
      ({ id, verdict, duration: took }) =>
        `<a class="mark ${verdict}" href="#${id}" title="${id}, ${duration(took)}"><span>${MARKS[verdict]}</span><i style="height:${percentOf(took, longest)}%"></i></a>`,
    );
  return `<p><a class="group" href="#${group}">${escape(name)}</a><span class="marks">${marks.join('')}</span></p>`;
}

function article(result: ExperimentResult, experiment: Experiment | undefined, language: Language): string {
  const words = wordsOf(language);
  const { control } = result;
  const barsOf = (outcome: Outcome): readonly Bar[] =>
    'figures' in outcome ? (experiment?.bars?.(outcome.figures) ?? []) : [];
  const own = barsOf(result);
  const controls = control === undefined ? [] : barsOf(control);
  // One scale for both, or they could not be compared.
  const most = Math.max(0, ...[...own, ...controls].map(({ value }) => value));
  const code =
    experiment === undefined
      ? ''
      : `<details><summary>${escape(words.code)}</summary><pre tabindex="0"><code>${escape(experiment.code)}</code></pre></details>`;
  const controlPart =
    control === undefined
      ? ''
      : `<div class="control"><p><b>${escape(words.control)}</b> ${escape(control.instead[language])}</p>
<p>${escape(measuredText(control, language))}</p>${chart(controls, most, language)}
<p class="faint">${verdictOf(control, language)}${control.verdict === 'does-not-hold' ? escape(words.asItMust) : ''}</p></div>`;
  return `<article id="${result.id}">
<h3>${escape(result.claim[language])}</h3>
<p class="faint"><code>${result.id}</code> · ${duration(result.duration)}</p>
<p>${verdictOf(result, language)} ${escape(measuredText(result, language))}</p>
${chart(own, most, language)}${code}${controlPart}
</article>`;
}

function verdictOf({ verdict }: Pick<Outcome, 'verdict'>, language: Language): string {
  return `<b class="verdict ${verdict}">${MARKS[verdict]} ${escape(wordsOf(language).verdicts[verdict])}</b>`;
}

/** A table to those who can't see it. */
function chart(bars: readonly Bar[], most: number, language: Language): string {
  if (bars.length === 0) return '';
  const rows = bars.map(
    ({ label, value, shown }) =>
      `<tr><th scope="row">${escape(label[language])}</th><td><i style="width:${percentOf(value, most)}%"></i><span>${escape(shown)}</span></td></tr>`,
  );
  return `<table class="bars">${rows.join('')}</table>`;
}

function percentOf(value: number, most: number): string {
  return (most === 0 ? 0 : (100 * value) / most).toFixed(1);
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
