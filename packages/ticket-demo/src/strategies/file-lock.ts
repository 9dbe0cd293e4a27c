/**
 * The same between programs that know nothing of each other: the operating system's lock on a file.
 *
 * The file is `db.json.lock` beside the database and not the database itself, since each sale puts a new file
 * in the database's place, and a lock on the old one would keep nobody out.
 */
import { FileLock } from 'ipc-lock';
import { strategyModule } from '../entry-urls.js';
import type { BuyFunction, Strategy } from './strategy.js';

/** The file to lock for a database. */
export function lockFileOf(databaseFile: string): string {
  return `${databaseFile}.lock`;
}

export const fileLock: Strategy = {
  name: 'file-lock',
  summary: 'buy under a lock on DB.lock: flock(1) or a Python buyer can take part',
  correct: true,
  exclusive: true,
  arrival: 'together',
  buy: { module: strategyModule('file-lock'), export: 'buy' },
  prepare({ databaseFile, signal }) {
    const path = lockFileOf(databaseFile);
    return {
      shared: path,
      runExclusive: async (work) => {
        const guard = await new FileLock(path).acquire({ signal });
        try {
          return await work();
        } finally {
          guard.release();
        }
      },
    };
  },
};

export const buy: BuyFunction<string> = (purchase, path) =>
  new FileLock(path).runExclusive(() => purchase.takeTicket());
