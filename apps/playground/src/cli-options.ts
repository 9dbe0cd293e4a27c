/** The command line, read: what is asked for, or why it can't be understood. Pure. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Experiment, groupOf, groups, type Language } from './experiment.js';
import { type Words, wordsOf } from './i18n/words.js';

/** The command line can't be understood. The message is for the user, in their language. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly words: Words;

  constructor(message: string, words: Words) {
    super(message);
    this.words = words;
  }
}

/** What is asked for. */
export type Command = { readonly language: Language } & (
  | { readonly kind: 'help' }
  | { readonly kind: 'list'; readonly json: boolean }
  /** Port 0 is any; undefined, the usual one or else any. */
  | { readonly kind: 'lab'; readonly port: number | undefined }
  | {
      readonly kind: 'verify' | 'run';
      readonly experiments: readonly Experiment[];
      readonly controls: boolean;
      readonly json: boolean;
      /** Path of an HTML file to write. */
      readonly report: string | undefined;
    }
);

const flags = {
  controls: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  lang: { type: 'string' },
  port: { type: 'string' },
  report: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

/**
 * @param environment - where the language is looked for when `--lang` is not given
 * @throws UsageError saying what is wrong
 */
export function readCommandLine(
  args: readonly string[],
  known: readonly Experiment[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Command {
  const usual = languageOf(environment);
  const { values, positionals } = parse(args, wordsOf(askedLanguage(args) ?? usual));
  if (values.lang !== undefined && values.lang !== 'en' && values.lang !== 'zh') {
    const words = wordsOf(usual);
    throw new UsageError(words.unknownLanguage(values.lang), words);
  }
  const language = values.lang ?? usual;
  const words = wordsOf(language);
  const { controls, json, report } = values;
  const [command, ...names] = positionals;
  if (values.help || (command === undefined && args.length === 0)) return { kind: 'help', language };
  if (report !== undefined && command !== 'verify' && command !== undefined) {
    throw new UsageError(words.notForCommand(command, 'report'), words);
  }
  if (report === '') throw new UsageError(words.missingValue('--report'), words);
  if (command === 'lab') {
    if (controls) throw new UsageError(words.notForCommand(command, 'controls'), words);
    if (json) throw new UsageError(words.notForCommand(command, 'json'), words);
    if (names[0] !== undefined) throw new UsageError(words.noArgument(command, names[0]), words);
    return { kind: 'lab', port: portOf(values.port, words), language };
  }
  if (command !== 'list' && command !== 'verify' && command !== 'run') {
    throw new UsageError(words.unknownCommand(command ?? ''), words);
  }
  if (values.port !== undefined) throw new UsageError(words.notForCommand(command, 'port'), words);
  if (controls && command === 'list') {
    throw new UsageError(words.notForCommand(command, 'controls'), words);
  }
  if (command === 'list') {
    if (names[0] !== undefined) throw new UsageError(words.noArgument(command, names[0]), words);
    return { kind: 'list', json, language };
  }
  if (command === 'run' && names.length === 0) throw new UsageError(words.missingId, words);
  const experiments = names.length === 0 ? known : chosen(names, known, words);
  return { kind: command, experiments, controls: controls || command === 'run', json, report, language };
}

function portOf(given: string | undefined, words: Words): number | undefined {
  if (given === undefined) return undefined;
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new UsageError(words.badPort(given), words);
}

/** Those named, by id or group, each once and in the list's order. */
function chosen(names: readonly string[], known: readonly Experiment[], words: Words): Experiment[] {
  const wanted = new Set<Experiment>();
  for (const name of names) {
    const found = known.filter((experiment) => experiment.id === name || groupOf(experiment) === name);
    if (found.length === 0) {
      const candidates = [...groups, ...known.map(({ id }) => id)];
      throw new UsageError(words.unknownId(name, nearest(name, candidates)), words);
    }
    for (const experiment of found) wanted.add(experiment);
  }
  return known.filter((experiment) => wanted.has(experiment));
}

function parse(args: readonly string[], words: Words) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const flag = /'(-[^\s'<,=]*)/.exec(message)?.[1] ?? '';
    // Node's own message names the flag, in English only.
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new UsageError(words.unknownFlag(flag), words);
    if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw error;
    throw new UsageError(
      ['--lang', '--port', '--report'].includes(flag)
        ? words.missingValue(flag)
        : words.needlessValue(flag || 'The option'),
      words,
    );
  }
}

/** For the message of a command line that can't be parsed, the language is read off it all the same. */
function askedLanguage(args: readonly string[]): Language | undefined {
  const place = args.indexOf('--lang');
  const given = place === -1 ? args.find((text) => text.startsWith('--lang='))?.slice(7) : args[place + 1];
  return given === 'en' || given === 'zh' ? given : undefined;
}

/** @see locale(7): LC_ALL before LC_MESSAGES before LANG; an empty one counts as missing */
function languageOf({ LC_ALL, LC_MESSAGES, LANG }: Readonly<Record<string, string | undefined>>): Language {
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en';
}

/** The candidate that needs the fewest changes, if they are few. */
function nearest(given: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(given, candidate) }))
    .toSorted((one, other) => one.distance - other.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, given.length / 3) ? best.candidate : undefined;
}

/** @see V. Levenshtein (1966); R. Wagner and M. Fischer (1974) for the table, of which a row is enough */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
