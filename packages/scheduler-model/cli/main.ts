#!/usr/bin/env node
/** The command `scheduler-model`: runs a workload from a file, or compares policies on it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  compare,
  InvalidInputError,
  type MachineOptions,
  type ProcessSpec,
  renderComparisonSvg,
  renderComparisonText,
  renderGanttSvg,
  renderGanttText,
  renderStateDiagramSvg,
  type Run,
  SchedulerModelError,
  type SimulateOptions,
  simulate,
  toChromeTrace,
  toFtraceText,
} from '../src/index.js';
import { POLICY_NAMES, policyNamed } from './policies.js';

const HELP = `Usage: scheduler-model run WORKLOAD.json [options]
       scheduler-model compare WORKLOAD.json [options]

WORKLOAD.json holds a list of processes, or { "processes": [...], "machine": {...} }:
  [ { "name": "a", "arrival": 0, "script": [ { "kind": "cpu", "ticks": 6 }, { "kind": "io", "ticks": 4 } ] } ]

  --policy NAME        ${POLICY_NAMES.slice(0, 7).join(', ')},
                       ${POLICY_NAMES.slice(7).join(', ')}
                       (run: rr; compare: all, or several separated by commas)
  --quantum N          ticks of a turn (4)
  --boost N            mlfq: ticks from one lift to the next (0: never)
  --ageing N           priority: ticks of waiting worth one step (0: none)
  --cores N            (1)
  --context-switch N   ticks of a switch (0)
  --unit TEXT          what a tick is, for charts (ticks)
  --simultaneous RULE  arrivals-first or requeue-first
  --seed N             (0)
  --max-events N       then the run ends as stalled (1000000)
  --width N            columns of the chart (80)
  --json               one JSON object instead of text
  --svg FILE           the chart as a picture
  --states FILE        run: the states of processes as a picture
  --trace FILE         run: Chrome trace JSON, for https://ui.perfetto.dev
  --ftrace FILE        run: as Linux's tracer writes it
  --help`;

const OPTIONS = {
  policy: { type: 'string' },
  quantum: { type: 'string', default: '4' },
  boost: { type: 'string', default: '0' },
  ageing: { type: 'string', default: '0' },
  cores: { type: 'string' },
  'context-switch': { type: 'string' },
  unit: { type: 'string' },
  simultaneous: { type: 'string' },
  seed: { type: 'string', default: '0' },
  'max-events': { type: 'string' },
  width: { type: 'string' },
  json: { type: 'boolean', default: false },
  svg: { type: 'string' },
  states: { type: 'string' },
  trace: { type: 'string' },
  ftrace: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

/** What the command line was not: told with the way to help. */
class UsageError extends Error {}

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`--${name} is "${text}"; give a whole number.`);
}

function readWorkload(file: string): { processes: ProcessSpec[]; machine: MachineOptions } {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} could not be read: ${(error as Error).message}.`);
  }
  // The model checks what is in it, and names the field.
  if (Array.isArray(content)) return { processes: content as ProcessSpec[], machine: {} };
  const { processes, machine } = (content ?? {}) as { processes?: ProcessSpec[]; machine?: MachineOptions };
  return { processes: processes as ProcessSpec[], machine: machine ?? {} };
}

function main(): void {
  const { values, positionals } = parse();
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [command, file, ...others] = positionals;
  if (file === undefined || others.length > 0 || (command !== 'run' && command !== 'compare')) {
    throw new UsageError('Give a command, run or compare, and one file.');
  }
  const { processes, machine } = readWorkload(file);
  const options: Omit<SimulateOptions, 'policy'> = {
    machine: {
      ...machine,
      ...(values.cores === undefined ? {} : { cores: wholeNumber('cores', values.cores) }),
      ...(values['context-switch'] === undefined
        ? {}
        : { contextSwitch: wholeNumber('context-switch', values['context-switch']) }),
      ...(values.unit === undefined ? {} : { unit: values.unit }),
    },
    seed: wholeNumber('seed', values.seed),
    simultaneous: values.simultaneous as SimulateOptions['simultaneous'],
    maxEvents:
      values['max-events'] === undefined ? undefined : wholeNumber('max-events', values['max-events']),
  };
  if (command === 'run') runOne(processes, options, values);
  else compareAll(processes, options, values);
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const policyOf = (name: string, flags: Flags) =>
  policyNamed(name, {
    quantum: wholeNumber('quantum', flags.quantum),
    boost: wholeNumber('boost', flags.boost),
    ageing: wholeNumber('ageing', flags.ageing),
  });

function runOne(processes: ProcessSpec[], options: Omit<SimulateOptions, 'policy'>, flags: Flags): void {
  const run = simulate(processes, { ...options, policy: policyOf(flags.policy ?? 'rr', flags) });
  if (flags.svg !== undefined) writeFileSync(flags.svg, renderGanttSvg(run));
  if (flags.states !== undefined) writeFileSync(flags.states, renderStateDiagramSvg(run));
  if (flags.trace !== undefined) writeFileSync(flags.trace, JSON.stringify(toChromeTrace(run)));
  if (flags.ftrace !== undefined) writeFileSync(flags.ftrace, toFtraceText(run));
  if (flags.json) {
    console.log(JSON.stringify(run, null, 2));
    return;
  }
  const width = flags.width === undefined ? undefined : wholeNumber('width', flags.width);
  process.stdout.write(`${renderGanttText(run, { width })}\n${table(run)}`);
  if (run.outcome === 'stalled') {
    const circle = run.deadlock.map(
      ({ process, waitsFor, heldBy }) => `${process} waits for ${waitsFor} of ${heldBy}`,
    );
    console.log(`\nStalled by ${run.stalledBy}${circle.length > 0 ? `: ${circle.join(', ')}` : ''}.`);
    process.exitCode = 1;
  }
}

function compareAll(processes: ProcessSpec[], options: Omit<SimulateOptions, 'policy'>, flags: Flags): void {
  const names = flags.policy === undefined ? POLICY_NAMES : flags.policy.split(',');
  const variants = Object.fromEntries(names.map((name) => [name, policyOf(name, flags)]));
  const comparison = compare(processes, variants, options);
  if (flags.svg !== undefined) writeFileSync(flags.svg, renderComparisonSvg(comparison));
  if (flags.json) {
    const runs = comparison.runs.map(({ name, run }) => ({ name, ...run, trace: undefined }));
    console.log(JSON.stringify({ runs }, null, 2));
  } else process.stdout.write(renderComparisonText(comparison));
}

/** The results of each process, and of all. */
function table({ processes, metrics }: Run): string {
  const rows = [
    ['', 'arrival', 'response', 'turnaround', 'run', 'ready', 'blocked', 'overhead'],
    ...processes.map((process) =>
      [
        process.name,
        process.arrival,
        process.response ?? '–',
        process.turnaround ?? '–',
        process.run,
        process.ready,
        process.blocked,
        process.overhead,
      ].map(String),
    ),
  ];
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      )
      .join('  '),
  );
  const mean = (value: number) => Number(value.toFixed(2));
  const summary = [
    `makespan ${metrics.makespan}`,
    `utilization ${Math.round(metrics.utilization * 100)} %`,
    `mean turnaround ${mean(metrics.meanTurnaround)}`,
    `mean response ${mean(metrics.meanResponse)}`,
    `${metrics.contextSwitches} switches`,
  ].join(', ');
  return `${lines.join('\n')}\n\n${summary}\n`;
}

try {
  main();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof SchedulerModelError)) throw error;
  const hint = error instanceof InvalidInputError ? '' : '\nscheduler-model --help shows how.';
  console.error(`${error.message}${hint}`);
  process.exitCode = 2;
}
