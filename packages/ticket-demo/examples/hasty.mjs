/** The half that the sale uses. */
export const hasty = {
  name: 'hasty',
  summary: 'think first, then read and write at once: the race is shorter, and still there',
  correct: false,
  exclusive: false,
  arrival: 'together',
  buy: { module: import.meta.url, export: 'buy' },
};

/** The half that runs in each buyer's process. */
export async function buy(purchase) {
  await purchase.think();
  return await purchase.critical(async () => {
    const seen = await purchase.read();
    return seen.tickets > 0 ? await purchase.writeSale(seen) : { ticket: null };
  });
}
