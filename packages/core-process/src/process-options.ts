/** Options of a process, checked once. */
import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidOptionError } from './errors.js';
import type { StartMethodName, StdioMode } from './start-methods/start-method.js';
import { checkTarget, type Target } from './target/reference.js';

export interface ProcessOptions<A extends unknown[], R> {
  /** What to run: an exported function, a class with `run()`, a URL with a hash, or `{ module, export }`. */
  readonly target?: Target<A, R> | undefined;
  /**
   * Arguments of the target, sent by structured clone.
   *
   * @defaultValue `[]`
   */
  readonly args?: Readonly<A> | undefined;
  /** @defaultValue `Process-1`, `Process-2`, … and `Process-2:1` for the first child of the second */
  readonly name?: string | undefined;
  /**
   * A daemon ends with its parent.
   *
   * @defaultValue that of the process which makes it
   */
  readonly daemon?: boolean | undefined;
  /**
   * One of {@link startMethods}, or `auto`: forkserver where it works, else spawn.
   *
   * @defaultValue `spawn`
   */
  readonly startMethod?: StartMethodName | 'auto' | undefined;
  /**
   * `pipe` gives `stdout` and `stderr` line by line, and the child no standard input.
   *
   * @defaultValue `inherit`
   */
  readonly stdio?: StdioMode | undefined;
  /** Added to this process' environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** @defaultValue this process' working directory */
  readonly cwd?: string | URL | undefined;
  /** @defaultValue `process.execPath` */
  readonly execPath?: string | URL | undefined;
  /** Node's own options. @defaultValue those of this process, less debugger, eval and watch */
  readonly execArgv?: readonly string[] | undefined;
  /** Cancels the process: its own signal first, after a grace period SIGTERM, after another SIGKILL, to its whole tree. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds between the steps of a cancellation.
   *
   * @defaultValue 1000
   */
  readonly gracePeriod?: number | undefined;
}

/** @throws InvalidOptionError naming the option and what was given */
export function checkProcessOptions(options: ProcessOptions<never[], unknown>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError('options', 'Process takes one object: new Process({ target, args }).');
  }
  if (options.target !== undefined) checkTarget(options.target);
  check('args', options.args, 'an array', Array.isArray);
  check(
    'name',
    options.name,
    'a string that is not empty',
    (name) => typeof name === 'string' && name !== '',
  );
  check('daemon', options.daemon, 'true or false', (daemon) => typeof daemon === 'boolean');
  check('stdio', options.stdio, "'inherit', 'pipe' or 'ignore'", (stdio) =>
    ['inherit', 'pipe', 'ignore'].includes(stdio as string),
  );
  check('execArgv', options.execArgv, 'an array of strings', isStrings);
  check(
    'env',
    options.env,
    'an object of strings',
    (env) =>
      typeof env === 'object' &&
      env !== null &&
      Object.values(env).every((value) => value === undefined || typeof value === 'string'),
  );
  check('signal', options.signal, 'an AbortSignal', (signal) => signal instanceof AbortSignal);
  check(
    'gracePeriod',
    options.gracePeriod,
    '0 or more milliseconds',
    (grace) => typeof grace === 'number' && grace >= 0,
  );
  check('cwd', options.cwd, 'the path of a directory', isDirectory);
  check('execPath', options.execPath, 'the path of a Node program', isPath);
  for (const [name, texts] of [
    ['name', [options.name]],
    ['execArgv', options.execArgv],
    ['env', Object.entries(options.env ?? {}).flat()],
  ] as const) {
    check(name, texts, 'without a character of code 0', (all) => !(all as unknown[]).some(hasNul));
  }
}

function hasNul(text: unknown): boolean {
  return typeof text === 'string' && text.includes('\0');
}

function isPath(value: unknown): boolean {
  if (value instanceof URL) return value.protocol === 'file:';
  return typeof value === 'string' && value !== '' && !hasNul(value);
}

/** @throws InvalidOptionError unless the value is undefined or right */
export function check(
  name: string,
  value: unknown,
  wanted: string,
  isRight: (value: unknown) => boolean,
): void {
  if (value === undefined || isRight(value)) return;
  const given =
    typeof value === 'string'
      ? JSON.stringify(value)
      : value === null
        ? 'null'
        : Array.isArray(value)
          ? 'an array'
          : typeof value === 'number'
            ? String(value)
            : `of type ${typeof value}`;
  throw new InvalidOptionError(name, `Option "${name}" must be ${wanted}; it is ${given}.`);
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function isDirectory(value: unknown): boolean {
  return isPath(value) && statSync(value as string | URL, { throwIfNoEntry: false })?.isDirectory() === true;
}

// A debugger's port can be had once; code given by -e and a watcher belong to the parent alone.
const NOT_PASSED_ON =
  /^(--inspect(-brk|-wait|-port|-publish-uid)?|--debug-port|--watch(-.*)?|--test(-.*)?|-i|--interactive|-c|--check|-e|--eval|-p|--print|-pe|--input-type|--run)$/;
/** What these name is looked for from the working directory, which may be another for the child. */
const NAMES_A_FILE =
  /^(-r|--require|--import|--loader|--experimental-loader|--env-file(-if-exists)?|--experimental-config-file)$/;
const WANTS_A_URL = /^(--import|--loader|--experimental-loader)$/;

/** Node's options of this process that a child gets too. */
export function inheritedExecArgv(execArgv: readonly string[] = process.execArgv): string[] {
  return execArgv.flatMap((argument, index) => {
    const before = execArgv[index - 1] ?? '';
    if (!argument.startsWith('-')) {
      if (NOT_PASSED_ON.test(before)) return [];
      return [NAMES_A_FILE.test(before) ? fromHere(before, argument) : argument];
    }
    const [name = '', ...value] = argument.split('=');
    if (NOT_PASSED_ON.test(name)) return [];
    return [
      value.length > 0 && NAMES_A_FILE.test(name) ? `${name}=${fromHere(name, value.join('='))}` : argument,
    ];
  });
}

/** Packages and URLs are the same from everywhere; paths are not. */
function fromHere(option: string, value: string): string {
  const isPathOnly = option.startsWith('--env-file') || option === '--experimental-config-file';
  if (isAbsolute(value) || !(isPathOnly || /^\.{1,2}([/\\]|$)/.test(value))) return value;
  return WANTS_A_URL.test(option) ? pathToFileURL(resolve(value)).href : resolve(value);
}
