/** The command line, read: what is asked for, or why it can't be understood. Pure. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { InvalidSaleOptionError } from './errors.js';
import { resolveSaleOptions, type SaleOptions } from './sale-options.js';
import { strategies } from './strategies/list.js';

/** The command line can't be understood. The message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is asked for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'run' | 'compare';
      readonly options: SaleOptions;
      readonly json: boolean;
      /** File for the picture. */
      readonly svg: string | undefined;
    };

const loadFlags = {
  buyers: { type: 'string' },
  tickets: { type: 'string' },
  think: { type: 'string' },
  processes: { type: 'string' },
  kill: { type: 'string' },
  seed: { type: 'string' },
  start: { type: 'string' },
  svg: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const satisfies ParseArgsConfig['options'];

/** Flags that only `run` has. */
const runFlags = { strategy: { type: 'string' }, db: { type: 'string' } } as const;

/** @throws UsageError naming the flag and what was given */
export function readCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [command, ...surplus] = positionals;
  if (command !== 'run' && command !== 'compare') {
    throw new UsageError(
      command === undefined
        ? 'Say what to do: run or compare.'
        : `There is no command "${command}": run or compare.`,
    );
  }
  if (surplus.length > 0) throw new UsageError(`"${surplus[0]}" is one argument too many.`);
  if (command === 'compare') {
    if (values.strategy !== undefined)
      throw new UsageError('compare runs every strategy; --strategy is for run.');
    if (values.db !== undefined) {
      throw new UsageError('compare has a new database for each strategy; --db is for run.');
    }
  }
  const options: SaleOptions = {
    strategy: values.strategy,
    buyers: numberOf('buyers', values.buyers),
    tickets: numberOf('tickets', values.tickets),
    think: thinkOf(values.think),
    processes: numberOf('processes', values.processes),
    kill: numberOf('kill', values.kill),
    seed: numberOf('seed', values.seed),
    // Checked with all the others.
    start: values.start as SaleOptions['start'],
    database: values.db,
  };
  checkOptions(options);
  if (values.svg === '') throw new UsageError('--svg is empty; give the file to write the picture to.');
  return { kind: command, options, json: values.json, svg: values.svg };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...loadFlags, ...runFlags },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} is "${text}"; give a whole number.`);
}

function thinkOf(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?$/.exec(text);
  if (found === null) throw new UsageError(`--think is "${text}"; give milliseconds, as in 5..20 or 10.`);
  return [Number(found[1]), Number(found[2] ?? found[1])];
}

/** Says what is wrong by the flag's name, which is not always the option's. */
function checkOptions(options: SaleOptions): void {
  try {
    resolveSaleOptions(options);
  } catch (error) {
    if (!(error instanceof InvalidSaleOptionError)) throw error;
    const flag = error.option === 'database' ? 'db' : error.option;
    throw new UsageError(`--${flag}: ${error.message}`);
  }
}

/** What `--help` prints. */
export function helpText(): string {
  return `The ticket race between real processes: each buyer searches, then reads how many
tickets are left, thinks, and writes one fewer.

Usage:
  ticket-demo run [options]       hold one sale
  ticket-demo compare [options]   hold the same sale by every strategy

Options:
  --strategy NAME   how buyers are kept apart (run only; default lock):
${strategies.map(({ name, summary }) => `                      ${name}\n${wrap(summary, 24)}`).join('\n')}
  --buyers N        buyers, each a process of its own (10)
  --tickets N       tickets on sale (3; an existing --db keeps its own)
  --think A..B      milliseconds a buyer thinks, twice: searching and buying
                    (10..30)
  --processes N     buyers there at a time; the others wait (all, at most 16)
  --kill N          kill N of the buyers with SIGKILL at a random step (0)
  --seed N          decides who thinks how long and who is killed when (1)
  --start METHOD    how buyers' processes are made: spawn, or forkserver, which
                    copies a process in a tenth of the time (spawn)
  --db FILE         the database, made if missing and kept (run only; default a
                    temporary one)
  --svg FILE        draw every buyer's timeline into an SVG file
  --json            print one JSON object and nothing else
  -h, --help        print this
  -v, --version     print the version

Exit status:
  0  the sale was held; "none" selling too many is what it is there to show
  1  the audit failed, though the strategy promised to be right
  2  no sale: wrong usage, or a database that can't be used
`;
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > 79) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((part) => `${' '.repeat(indent)}${part}`).join('\n');
}
