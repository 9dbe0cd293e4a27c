/**
 * The database: one JSON file, `{ "tickets": 3, "sales": [] }`.
 *
 * A reader sees the old content or the new, never a part of either: a writer writes a temporary file in the same
 * folder, has it on the disk, and renames it. The count and the list of sales are one file, so that a writer
 * killed anywhere has either sold a ticket and listed it, or done neither.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseError } from './errors.js';

/** One ticket, sold. */
export interface TicketSale {
  /** Tickets are numbered from 1, in the order of their sale. */
  readonly ticket: number;
  readonly buyer: string;
  /** The run that the buyer belonged to; left out by a buyer who is not of this package. */
  readonly run?: string | undefined;
}

/** What the file holds. Fields of others' are kept. */
export interface TicketDatabase {
  /** How many are left. */
  readonly tickets: number;
  readonly sales: readonly TicketSale[];
  readonly [other: string]: unknown;
}

/**
 * @param text - content of the file
 * @param file - its name, for the error
 * @throws DatabaseError `ERR_TICKET_DATABASE_INVALID` saying what is wrong and what to do
 */
export function parseDatabase(text: string, file: string): TicketDatabase {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    const problem = text.trim() === '' ? 'is empty' : `is not JSON (${(cause as Error).message})`;
    throw invalid(file, problem, cause);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw invalid(file, 'holds no object');
  }
  const { tickets, sales = [], ...others } = content as Record<string, unknown>;
  if (!isCount(tickets)) {
    throw invalid(file, `has ${JSON.stringify(tickets) ?? 'nothing'} for "tickets", which counts those left`);
  }
  if (!Array.isArray(sales)) throw invalid(file, 'has something other than a list for "sales"');
  sales.forEach((sale: unknown, index) => {
    const { ticket, buyer, run } = (sale ?? {}) as Partial<Record<keyof TicketSale, unknown>>;
    const isSale =
      isCount(ticket) &&
      ticket > 0 &&
      typeof buyer === 'string' &&
      (run === undefined || typeof run === 'string');
    if (!isSale) throw invalid(file, `has ${JSON.stringify(sale)} for "sales[${index}]"`);
  });
  return { ...others, tickets, sales: sales as TicketSale[] };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function invalid(file: string, problem: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    'ERR_TICKET_DATABASE_INVALID',
    file,
    `The database ${file} ${problem}. Wanted is { "tickets": 3, "sales": [{ "ticket": 1, "buyer": "anna" }] }, ` +
      'where "sales" may be left out. Repair the file, or delete it and give the number of tickets to begin anew.',
    cause === undefined ? undefined : { cause },
  );
}

/**
 * @throws DatabaseError `ERR_TICKET_DATABASE_MISSING`, `…_READ` or `…_INVALID`
 */
export async function readDatabase(file: string): Promise<TicketDatabase> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new DatabaseError(
        'ERR_TICKET_DATABASE_MISSING',
        file,
        `The database ${file} is not there. Was it moved or deleted while the sale went on?`,
        { cause },
      );
    }
    throw new DatabaseError(
      'ERR_TICKET_DATABASE_READ',
      file,
      `The database ${file} can't be read: ${message}. It has to be a file that this user may read and write.`,
      { cause },
    );
  }
  return parseDatabase(text, file);
}

export interface WriteOptions {
  /** Called when the new content is on the disk, but not yet in its place. */
  readonly beforeRename?: (() => Promise<void>) | undefined;
}

/**
 * Replaces the content at once, and returns when a power failure would not undo it.
 *
 * @throws DatabaseError `ERR_TICKET_DATABASE_WRITE`; the old content is still there
 */
export async function writeDatabase(
  file: string,
  content: TicketDatabase,
  options: WriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(file), `${temporaryPrefix(file)}${process.pid}.${randomUUID()}`);
  try {
    await writeDurably(temporary, `${JSON.stringify(content, null, 2)}\n`, await modeOf(file));
    await options.beforeRename?.();
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (cause) {
    // The first error counts; most often there is no temporary file at all.
    await unlink(temporary).catch(() => undefined);
    throw new DatabaseError('ERR_TICKET_DATABASE_WRITE', file, whyNotWritten(file, cause), { cause });
  }
}

async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new file is as open to others as the old one. */
async function modeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mode & 0o777;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0o666;
    throw error;
  }
}

/** The rename is in the folder: without this a power failure could bring the old content back. */
async function syncFolder(folder: string): Promise<void> {
  // A folder can't be opened there; NTFS keeps a journal of its names.
  if (process.platform === 'win32') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // EINVAL: a file system (some of FUSE and of network shares) that has no such thing.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await handle?.close();
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: make room, or use a database elsewhere.',
  EDQUOT: "This user's share of the disk is used up: make room, or use a database elsewhere.",
  EFBIG: 'The limit on file sizes (ulimit -f) is too low for it.',
  EROFS: 'The file system is read-only: use a database elsewhere.',
  EACCES: 'A new file is made beside it, so this user has to be allowed to write in its folder.',
  EPERM: 'A new file is made beside it, so this user has to be allowed to write in its folder.',
  ENOENT: 'Make its folder first.',
  ENOTDIR: 'What should be its folder is a file.',
};

function whyNotWritten(file: string, cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return `The database ${file} can't be written: ${message}. ${ADVICE[code] ?? 'Its old content is still there.'}`;
}

/** A sale as it will stand in the file: one ticket fewer, one line more. The caller has seen that one is left. */
export function withOneSold(
  content: TicketDatabase,
  buyer: string,
  run: string,
): { readonly content: TicketDatabase; readonly ticket: number } {
  const ticket = content.sales.reduce((highest, sale) => Math.max(highest, sale.ticket), 0) + 1;
  const sales = [...content.sales, { ticket, buyer, run }];
  return { content: { ...content, tickets: content.tickets - 1, sales }, ticket };
}

/**
 * Where the database really lies: a link is followed, or the first rename would replace it.
 *
 * @throws DatabaseError when the path can't be looked at
 */
export async function resolveDatabaseFile(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return resolve(file);
    throw new DatabaseError(
      'ERR_TICKET_DATABASE_READ',
      file,
      `The database ${file} can't be read: ${message}.`,
      {
        cause,
      },
    );
  }
}

/**
 * Makes the database ready for a sale: made if it is not there, filled up if a number is given.
 *
 * @param tickets - how many shall be left; undefined keeps the count of a file that is there
 * @param initial - how many a new file begins with if `tickets` is undefined
 */
export async function openDatabase(
  file: string,
  tickets: number | undefined,
  initial: number,
): Promise<TicketDatabase> {
  let content: TicketDatabase;
  try {
    content = await readDatabase(file);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'ERR_TICKET_DATABASE_MISSING') throw error;
    content = { tickets: tickets ?? initial, sales: [] };
    await writeDatabase(file, content);
    return content;
  }
  // Earlier sales stay listed: filling up is no reason to forget who has a ticket.
  const wanted = { ...content, tickets: tickets ?? content.tickets };
  if (wanted.tickets !== content.tickets) await writeDatabase(file, wanted);
  return wanted;
}

function temporaryPrefix(file: string): string {
  return `.${basename(file)}.ticket-demo.`;
}

/**
 * Removes the temporary files of writers that were killed.
 *
 * @param isDead - told the writer's pid and the file's path
 * @returns how many were removed
 */
export async function removeLeftovers(
  file: string,
  isDead: (pid: number, path: string) => boolean | Promise<boolean>,
): Promise<number> {
  const folder = dirname(file);
  const prefix = temporaryPrefix(file);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    // Whoever needs the folder will say so in better words.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
  let removed = 0;
  for (const name of names) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    const path = join(folder, name);
    if (Number.isNaN(pid) || !(await isDead(pid, path))) continue;
    await unlink(path);
    removed++;
  }
  return removed;
}

const LEFTOVER_AGE_MS = 60_000;

/**
 * True for a temporary file whose writer is surely gone: no such process, and nobody takes a minute between
 * writing and renaming. The second is for writers in other containers, whose pids can't be seen from here.
 */
export async function isForsaken(pid: number, path: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') return false;
  }
  try {
    return Date.now() - (await stat(path)).mtimeMs > LEFTOVER_AGE_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
