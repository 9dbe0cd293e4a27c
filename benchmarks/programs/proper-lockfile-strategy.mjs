/** The sale under proper-lockfile: a folder beside the database, made to lock and removed to unlock. */
import lockfile from 'proper-lockfile';

/** The half that the sale uses. */
export const properLockfile = {
  name: 'proper-lockfile',
  summary: 'buy under proper-lockfile',
  correct: true,
  exclusive: true,
  arrival: 'together',
  buy: { module: import.meta.url, export: 'buy' },
};

/** The half that runs in each buyer's process. It tries again as soon as it may. */
export async function buy(purchase) {
  const release = await lockfile.lock(purchase.databaseFile, {
    retries: { forever: true, minTimeout: 1, maxTimeout: 5 },
  });
  try {
    return await purchase.takeTicket();
  } finally {
    await release();
  }
}
