/**
 * Measures subjects beside each other in one run: in turn, several rounds, after a warm-up.
 *
 * Another program on the machine then disturbs all of them alike, and what is promised are ratios.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';

/** One figure of one round. */
export interface Measurement {
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
}

export interface Subject {
  readonly name: string;
  /** Why it can't be had here; it is listed all the same. */
  readonly missing?: string | undefined;
  /** One round. */
  readonly measure: () => readonly Measurement[] | Promise<readonly Measurement[]>;
  readonly close?: () => unknown;
}

/** What is promised: a metric of `ours` divided by the same metric of `peer`. */
export interface RatioTarget {
  readonly metric: string;
  readonly ours: string;
  readonly peer: string;
  /** The figure that was asked for. */
  readonly target: number;
  /** Whether the ratio may be at most, or must be at least, the target. */
  readonly bound: 'at most' | 'at least';
}

export interface BenchOptions {
  readonly bench: string;
  readonly subjects: readonly Subject[];
  readonly ratios?: readonly RatioTarget[];
  /** Rounds that count; `--rounds` overrides it. */
  readonly rounds: number;
  /** Rounds before them. */
  readonly warmUp?: number;
}

export interface Result {
  readonly subject: string;
  readonly metric: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Ratio {
  readonly name: string;
  /** Undefined where a side of it is missing. */
  readonly value: number | undefined;
  readonly target: string;
  readonly holds: boolean | undefined;
}

export interface BenchReport {
  readonly bench: string;
  readonly node: string;
  readonly cpu: string;
  readonly rounds: number;
  readonly results: readonly Result[];
  readonly missing: readonly { readonly subject: string; readonly reason: string }[];
  readonly ratios: readonly Ratio[];
}

/** Runs the benchmark as the command line asks (`--json`, `--rounds N`) and prints it. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, rounds: { type: 'string' } } });
  const rounds = values.rounds === undefined ? options.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds must be a whole number from 1 on, not ${values.rounds}.`);
  }
  const report = await measure({ ...options, rounds });
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
  return report;
}

async function measure({
  bench,
  subjects,
  ratios = [],
  rounds,
  warmUp = 1,
}: BenchOptions): Promise<BenchReport> {
  const present = subjects.filter((subject) => subject.missing === undefined);
  const samples = new Map<string, { subject: string; metric: string; unit: string; values: number[] }>();
  try {
    for (let round = -warmUp; round < rounds; round++) {
      tellProgress(round < 0 ? `${bench}: warming up` : `${bench}: round ${round + 1} of ${rounds}`);
      for (const subject of rotated(present, round + warmUp)) {
        for (const { metric, unit, value } of await subject.measure()) {
          if (round < 0) continue;
          const key = JSON.stringify([subject.name, metric]);
          const sample = samples.get(key) ?? { subject: subject.name, metric, unit, values: [] };
          sample.values.push(value);
          samples.set(key, sample);
        }
      }
    }
  } finally {
    tellProgress('');
    for (const subject of present) await subject.close?.();
  }
  const results = [...samples.values()].map(({ values, ...rest }) => ({
    ...rest,
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
  }));
  return {
    bench,
    node: process.version,
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    rounds,
    results,
    missing: subjects.flatMap(({ name, missing }) =>
      missing === undefined ? [] : [{ subject: name, reason: missing }],
    ),
    ratios: ratios.map((ratio) => judge(ratio, results)),
  };
}

/** Each round begins with another one: a machine is slower for a while after ten busy seconds, whoever comes then. */
function rotated<T>(list: readonly T[], turns: number): T[] {
  const first = turns % Math.max(1, list.length);
  return [...list.slice(first), ...list.slice(0, first)];
}

function judge({ metric, ours, peer, target, bound }: RatioTarget, results: readonly Result[]): Ratio {
  const medianOf = (subject: string) =>
    results.find((result) => result.subject === subject && result.metric === metric)?.median;
  const [mine, theirs] = [medianOf(ours), medianOf(peer)];
  const value = mine === undefined || theirs === undefined ? undefined : mine / theirs;
  return {
    name: `${metric}: ${ours} / ${peer}`,
    value,
    target: `${bound} ${target}`,
    holds: value === undefined ? undefined : bound === 'at most' ? value <= target : value >= target,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** On one line of the terminal, and only there. */
function tellProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

export function renderReport(report: BenchReport): string {
  const style = { head: [], border: [] };
  const figures = new Table({ head: ['subject', 'metric', 'median', 'min', 'max', 'unit'], style });
  for (const { subject, metric, median, min, max, unit } of report.results) {
    figures.push([subject, metric, formatFigure(median), formatFigure(min), formatFigure(max), unit]);
  }
  for (const { subject, reason } of report.missing) {
    figures.push([subject, { colSpan: 5, content: `missing: ${reason}` }]);
  }
  const lines = [
    `${report.bench}: Node ${report.node}, ${report.cpu}, ${report.rounds} rounds`,
    figures.toString(),
  ];
  if (report.ratios.length > 0) {
    const ratios = new Table({ head: ['ratio', 'value', 'asked for', 'holds'], style });
    for (const { name, value, target, holds } of report.ratios) {
      ratios.push([
        name,
        value === undefined ? 'missing' : formatFigure(value),
        target,
        holds === undefined ? '–' : holds ? 'yes' : 'NO',
      ]);
    }
    lines.push(ratios.toString());
  }
  return `${lines.join('\n')}\n`;
}

function formatFigure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
