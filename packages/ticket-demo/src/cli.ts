#!/usr/bin/env node
/** The command `ticket-demo`. Results go to standard output, all else to standard error. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Command, helpText, readCommandLine, UsageError } from './cli-options.js';
import { compareStrategies } from './compare.js';
import { TicketError } from './errors.js';
import { Progress } from './progress.js';
import { keptPromise, type SaleReport } from './report.js';
import { renderComparison, renderReport } from './report-text.js';
import { runSale } from './run-sale.js';
import { renderSaleSvg } from './timeline-svg.js';

const AUDIT_FAILED = 1;
const NO_SALE = 2;

type SaleCommand = Extract<Command, { options: unknown }>;

async function main(args: readonly string[]): Promise<number> {
  const command = readCommandLine(args);
  switch (command.kind) {
    case 'help':
      process.stdout.write(helpText());
      return 0;
    case 'version': {
      const manifest = createRequire(import.meta.url)('../package.json') as { version: string };
      process.stdout.write(`${manifest.version}\n`);
      return 0;
    }
    case 'run':
    case 'compare':
      return await hold(command);
    default:
      return command satisfies never;
  }
}

async function hold(command: SaleCommand): Promise<number> {
  const calledOff = new AbortController();
  const stopListening = onSignal((signal) => calledOff.abort(new Interrupted(signal)));
  const progress = new Progress(process.stderr, process.stderr.isTTY);
  try {
    const options = {
      ...command.options,
      signal: calledOff.signal,
      onEvent: progress.onEvent,
    };
    const reports =
      command.kind === 'run' ? [await runSale(options)] : await compareStrategies(withoutRunOnly(options));
    progress.clear();
    process.stdout.write(command.json ? asJson(command, reports) : asText(command, reports));
    if (command.svg !== undefined) await writePicture(command.svg, renderSaleSvg(reports));
    return reports.every(keptPromise) ? 0 : AUDIT_FAILED;
  } finally {
    progress.clear();
    stopListening();
  }
}

async function writePicture(file: string, svg: string): Promise<void> {
  try {
    await writeFile(file, svg);
  } catch (error) {
    throw new UsageError(`--svg: the picture can't be written: ${(error as Error).message}.`);
  }
}

function withoutRunOnly<T extends { strategy?: unknown; database?: unknown }>(options: T) {
  const { strategy: _strategy, database: _database, ...load } = options;
  return load;
}

function asText(command: SaleCommand, reports: readonly SaleReport[]): string {
  return command.kind === 'run' ? reports.map(renderReport).join('\n') : renderComparison(reports);
}

function asJson(command: SaleCommand, reports: readonly SaleReport[]): string {
  return `${JSON.stringify(command.kind === 'run' ? reports[0] : { reports }, null, 2)}\n`;
}

/** Ended from outside. */
class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`Ended by ${signal}.`);
    this.signal = signal;
  }
}

/** Once each: a second Ctrl-C ends it as it would end any program. */
function onSignal(act: (signal: NodeJS.Signals) => void): () => void {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, act);
  return () => {
    for (const signal of signals) process.off(signal, act);
  };
}

// `ticket-demo run | head` has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (error instanceof Interrupted) {
      process.stderr.write('ticket-demo: the sale was called off; no buyer is left.\n');
      // As others see it who wait for this command: ended by that signal.
      process.kill(process.pid, error.signal);
      return;
    }
    if (error instanceof UsageError) {
      process.stderr.write(`ticket-demo: ${error.message}\nSee ticket-demo --help.\n`);
    } else if (error instanceof TicketError) {
      process.stderr.write(`ticket-demo: ${error.message} (${error.code})\n`);
    } else {
      // Nothing that this package knows of: the stack is what a report needs.
      console.error('ticket-demo:', error);
    }
    process.exitCode = NO_SALE;
  },
);
