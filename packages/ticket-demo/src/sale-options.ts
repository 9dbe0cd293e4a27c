/** The options of a sale, checked once. */
import { randomBytes } from 'node:crypto';
import { InvalidSaleOptionError } from './errors.js';
import type { SaleEvent } from './sale-event.js';
import { strategies } from './strategies/list.js';
import type { Strategy } from './strategies/strategy.js';

/** The same load for every strategy: who comes, for how many tickets, how long they think. */
export interface LoadOptions {
  /** Buyers, each a process of its own. @defaultValue 10 */
  readonly buyers?: number | undefined;
  /** Tickets on sale. @defaultValue 3, or what an existing database has left */
  readonly tickets?: number | undefined;
  /**
   * Shortest and longest time to think, in milliseconds: once when searching, once when buying.
   *
   * @defaultValue `[10, 30]`, one to three seconds at a hundredth
   */
  readonly think?: readonly [number, number] | undefined;
  /**
   * How many buyers are there at a time, at most; the others wait until one has gone.
   *
   * @defaultValue all of them, 16 at most
   */
  readonly processes?: number | undefined;
  /** How many buyers are killed with SIGKILL at a random moment. @defaultValue 0 */
  readonly kill?: number | undefined;
  /** Decides how long who thinks, who is killed and when. @defaultValue 1 */
  readonly seed?: number | undefined;
  /**
   * How buyers' processes are made. Copies of a server's process are there in a tenth of the time, and Linux
   * only: for sales with thousands of buyers.
   *
   * @defaultValue `'spawn'`
   */
  readonly start?: 'spawn' | 'forkserver' | undefined;
  /** Calls the sale off: every buyer is killed, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of every step while it happens. An error that it throws stops the sale. */
  readonly onEvent?: ((event: SaleEvent) => void) | undefined;
}

export interface SaleOptions extends LoadOptions {
  /** A strategy of this package by name, or one of your own. @defaultValue `lock` */
  readonly strategy?: string | Strategy | undefined;
  /**
   * Path of the database. A file that is there keeps its count, unless `tickets` is given, and its earlier sales.
   *
   * @defaultValue a temporary file, deleted after the sale
   */
  readonly database?: string | undefined;
}

/** All that a sale needs to know, nothing left open. */
export interface SaleSettings {
  readonly strategy: Strategy;
  readonly buyers: number;
  /** Undefined: what the database has left. */
  readonly tickets: number | undefined;
  readonly think: readonly [number, number];
  readonly processes: number;
  readonly kill: number;
  readonly seed: number;
  readonly start: 'spawn' | 'forkserver';
  /** Undefined: a temporary one. */
  readonly database: string | undefined;
  readonly run: string;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: SaleEvent) => void;
}

/** What a new database begins with. */
export const DEFAULT_TICKETS = 3;
const DEFAULT_BUYERS = 10;
const DEFAULT_THINK: readonly [number, number] = [10, 30];
/** Each process takes some 40 MB. */
const DEFAULT_PROCESSES_AT_MOST = 16;
const LONGEST_THINK_MS = 3_600_000;

/** @throws InvalidSaleOptionError `ERR_TICKET_INVALID_OPTION` naming the option and what was given */
export function resolveSaleOptions(options: SaleOptions = {}): SaleSettings {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidSaleOptionError(
      'options',
      `The options are ${show(options)}; give an object, or nothing.`,
    );
  }
  const buyers = wholeNumber('buyers', options.buyers ?? DEFAULT_BUYERS, 1);
  const kill = wholeNumber('kill', options.kill ?? 0, 0);
  if (kill > buyers) {
    throw new InvalidSaleOptionError('kill', `kill is ${kill}, but only ${buyers} buyers come.`);
  }
  const { onEvent, signal, database, start = 'spawn' } = options;
  if (start !== 'spawn' && start !== 'forkserver') {
    throw new InvalidSaleOptionError('start', `start is ${show(start)}; give 'spawn' or 'forkserver'.`);
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw new InvalidSaleOptionError('onEvent', `onEvent is ${show(onEvent)}; give a function.`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidSaleOptionError('signal', `signal is ${show(signal)}; give an AbortSignal.`);
  }
  if (database !== undefined && (typeof database !== 'string' || database === '')) {
    throw new InvalidSaleOptionError('database', `database is ${show(database)}; give the path of a file.`);
  }
  return {
    strategy: resolveStrategy(options.strategy ?? 'lock'),
    buyers,
    tickets: options.tickets === undefined ? undefined : wholeNumber('tickets', options.tickets, 0),
    think: thinkRange(options.think ?? DEFAULT_THINK),
    processes: wholeNumber('processes', options.processes ?? Math.min(buyers, DEFAULT_PROCESSES_AT_MOST), 1),
    kill,
    seed: wholeNumber('seed', options.seed ?? 1, 0),
    start,
    database,
    run: randomBytes(4).toString('hex'),
    signal,
    onEvent: onEvent ?? (() => undefined),
  };
}

function resolveStrategy(given: string | Strategy): Strategy {
  if (typeof given === 'string') {
    const known = strategies.find(({ name }) => name === given);
    if (known !== undefined) return known;
    const names = strategies.map(({ name }) => name).join(', ');
    throw new InvalidSaleOptionError('strategy', `There is no strategy ${show(given)}; known are ${names}.`);
  }
  const wanted = (field: string, value: unknown, what: string) =>
    new InvalidSaleOptionError('strategy', `strategy.${field} is ${show(value)}; give ${what}.`);
  if (typeof given !== 'object' || given === null) {
    throw new InvalidSaleOptionError('strategy', `strategy is ${show(given)}; give a name or a Strategy.`);
  }
  const { name, correct, exclusive, arrival, buy, prepare } = given as Partial<Strategy>;
  if (typeof name !== 'string' || name === '') throw wanted('name', name, 'a string that is not empty');
  if (typeof correct !== 'boolean') throw wanted('correct', correct, 'true or false');
  if (typeof exclusive !== 'boolean') throw wanted('exclusive', exclusive, 'true or false');
  if (arrival !== 'together' && arrival !== 'one-by-one') {
    throw wanted('arrival', arrival, '"together" or "one-by-one"');
  }
  if (!URL.canParse(String(buy?.module))) {
    throw wanted('buy.module', buy?.module, "a URL, for example new URL('./mine.mjs', import.meta.url)");
  }
  if (typeof buy?.export !== 'string')
    throw wanted('buy.export', buy?.export, 'the name of an exported function');
  if (prepare !== undefined && typeof prepare !== 'function') throw wanted('prepare', prepare, 'a function');
  return given;
}

function thinkRange(given: readonly [number, number]): readonly [number, number] {
  const [shortest, longest] = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const isRange =
    typeof shortest === 'number' &&
    typeof longest === 'number' &&
    shortest >= 0 &&
    longest >= shortest &&
    longest <= LONGEST_THINK_MS &&
    given.length === 2;
  if (isRange) return [shortest, longest];
  throw new InvalidSaleOptionError(
    'think',
    `think is ${show(given)}; give the shortest and the longest time in milliseconds, at most an hour: [10, 30].`,
  );
}

function wholeNumber(option: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new InvalidSaleOptionError(
    option,
    `${option} is ${show(value)}; give a whole number, ${least} or more.`,
  );
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}
