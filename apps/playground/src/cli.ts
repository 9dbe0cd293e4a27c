#!/usr/bin/env node
/** The command `playground`. Results go to standard output, all else to standard error. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { cpuCount } from 'core-process';
import { type Command, readCommandLine, UsageError } from './cli-options.js';
import { coloursFor } from './colours.js';
import { groupOf } from './experiment.js';
import { experiments } from './experiments/index.js';
import { wordsOf } from './i18n/words.js';
import { LabListenError } from './lab/lab-errors.js';
import { type Lab, startLab } from './lab/server.js';
import { Progress } from './progress.js';
import { renderHtmlReport } from './report/html-report.js';
import { renderEnding, renderOpening } from './story.js';
import { type Look, renderList, renderSummary } from './tables.js';
import { exitStatusOf, type Summary, verify } from './verify.js';

const WRONG_USAGE = 2;
const DEFAULT_COLUMNS = 100;

/** Where the lab is looked for. */
const USUAL_PORT = 4870;

type MeasuringCommand = Extract<Command, { kind: 'verify' | 'run' }>;

async function main(args: readonly string[]): Promise<number> {
  const command = readCommandLine(args, experiments, process.env);
  const { language } = command;
  const look: Look = {
    language,
    columns: process.stdout.columns ?? (Number(process.env['COLUMNS']) || DEFAULT_COLUMNS),
    colours: coloursFor(process.stdout, process.env),
  };
  switch (command.kind) {
    case 'help':
      print(wordsOf(language).help);
      return 0;
    case 'list':
      print(
        command.json
          ? asJson(experiments.map((each) => ({ id: each.id, group: groupOf(each), claim: each.claim })))
          : renderList(experiments, look),
      );
      return 0;
    case 'verify':
    case 'run':
      return await measure(command, look);
    case 'lab':
      return await openLab(command, look);
    default:
      return command satisfies never;
  }
}

async function measure(command: MeasuringCommand, look: Look): Promise<number> {
  const report = command.report === undefined ? undefined : openReport(command.report, look);
  const calledOff = new AbortController();
  const stopListening = onSignal((signal) => calledOff.abort(new Interrupted(signal, look)));
  const progress = new Progress(process.stderr, look.language, command.experiments.length);
  // A story says by itself how far it is, unless it is read by a program.
  const tells = command.kind === 'run' && !command.json;
  try {
    const summary = await verify(command.experiments, {
      control: command.controls,
      signal: calledOff.signal,
      onStart: (experiment, index) => {
        if (tells) print(`${index === 0 ? '' : '\n'}${renderOpening(experiment, look)}`);
        if (!tells || process.stdout.isTTY) progress.onStart(experiment, index);
      },
      onResult: (result, index) => {
        progress.clear();
        if (tells) print(renderEnding(result, look));
        else progress.onResult(result, index);
      },
    });
    progress.clear();
    if (report !== undefined) {
      const { version: node, platform, arch } = process;
      const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? arch}, ${platform}`;
      const surroundings = { machine, node: node.slice(1), date: new Date() };
      writeFileSync(report, renderHtmlReport(command.experiments, summary, surroundings, look.language));
      process.stderr.write(`${wordsOf(look.language).reportWritten(report)}\n`);
    }
    if (command.json) print(asJson(reportOf(summary)));
    else if (!tells) {
      print(renderSummary(summary, look));
      if (command.kind === 'verify') process.stderr.write(`${wordsOf(look.language).labOffer}\n`);
    }
    return exitStatusOf(summary);
  } finally {
    progress.clear();
    stopListening();
  }
}

/** Tried before anything is measured: half a minute later would be late to hear that it can't be written. */
function openReport(file: string, { language }: Look): string {
  try {
    closeSync(openSync(file, 'a'));
    return file;
  } catch (error) {
    const words = wordsOf(language);
    throw new UsageError(words.reportRefused(file, (error as Error).message), words);
  }
}

/** Serves the lab until it is interrupted. */
async function openLab({ port }: Extract<Command, { kind: 'lab' }>, { language }: Look): Promise<number> {
  const words = wordsOf(language);
  let lab: Lab;
  try {
    lab = await startLab(port ?? USUAL_PORT);
  } catch (error) {
    if (!(error instanceof LabListenError)) throw error;
    // A port that was asked for is not replaced by another behind one's back.
    if (port !== undefined || error.code !== 'ERR_LAB_PORT_TAKEN') {
      process.stderr.write(`playground: ${words.labListenErrors[error.code](error.port, error.message)}\n`);
      return WRONG_USAGE;
    }
    process.stderr.write(`${words.usualPortTaken(USUAL_PORT)}\n`);
    lab = await startLab(0);
  }
  const interrupted = new Promise<void>((resolve) => {
    onSignal(() => resolve());
  });
  // Whoever reads this may interrupt it from now on.
  print(`${words.labOpen(lab.address)}\n`);
  await interrupted;
  await lab.close();
  process.stderr.write(`${words.labClosed}\n`);
  return 0;
}

function reportOf({ results, ...counts }: Summary) {
  const { version, platform, arch } = process;
  return { node: version, platform, arch, cpus: cpuCount(), ...counts, experiments: results };
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Ended from outside. */
class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals, { language }: Look) {
    super(wordsOf(language).calledOff);
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

// `playground list | head` has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (error instanceof Interrupted) {
      process.stderr.write(`playground: ${error.message}\n`);
      // As others see it who wait for this command: ended by that signal.
      process.kill(process.pid, error.signal);
      return;
    }
    if (error instanceof UsageError) {
      process.stderr.write(`playground: ${error.message}\n${error.words.seeHelp}\n`);
    } else {
      // Nothing that is foreseen: the stack is what a report needs.
      console.error('playground:', error);
    }
    process.exitCode = WRONG_USAGE;
  },
);
