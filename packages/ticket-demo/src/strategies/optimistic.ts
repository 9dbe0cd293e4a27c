/**
 * No lock: think about what was read, then ask whether it is still true, and begin anew if it is not.
 *
 * All buyers share one word: the version of the database, and the pid of the buyer who is writing the next one,
 * or 0. Only a compare-and-swap from the version that a buyer has read lets it write, so whoever read an older one
 * writes nothing. Each conflict means that another has sold a ticket: nobody can be kept from buying for ever.
 *
 * @see H. T. Kung, J. T. Robinson, "On Optimistic Methods for Concurrency Control" (1981)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { processState } from 'core-process';
import { Value } from 'ipc-lock';
import { strategyModule } from '../entry-urls.js';
import type { BuyFunction, Strategy } from './strategy.js';

export const optimistic: Strategy = {
  name: 'optimistic',
  summary: 'no lock: write only if the version in shared memory is still the one read, else try again',
  correct: true,
  // Thinking is no part of it here: the critical section is the write alone.
  exclusive: true,
  arrival: 'together',
  buy: { module: strategyModule('optimistic'), export: 'buy' },
  prepare() {
    const shared = new Value('uint64');
    return { shared, close: () => shared.close() };
  },
};

/** Linux gives no pid of 2^22 or more. */
const PID_BITS = 22n;
const wordOf = (version: bigint, writer: number) => (version << PID_BITS) | BigInt(writer);
const versionIn = (word: bigint) => word >> PID_BITS;
const writerIn = (word: bigint) => Number(BigInt.asUintN(Number(PID_BITS), word));

/** How long a writer is given before it is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 1;

export const buy: BuyFunction<Value<'uint64'>> = async (purchase, shared) => {
  for (;;) {
    const free = await whenNobodyWrites(shared);
    const seen = await purchase.read();
    if (seen.tickets === 0) return { ticket: null };
    await purchase.think();
    const mine = wordOf(versionIn(free) + 1n, process.pid);
    if (shared.compareExchange(free, mine) !== free) continue;
    try {
      return await purchase.critical(() => purchase.writeSale(seen));
    } finally {
      shared.compareExchange(mine, wordOf(versionIn(mine), 0));
    }
  }
};

/** A writer that died has written its version or not: the file says which, and it is the next one's to read. */
async function whenNobodyWrites(shared: Value<'uint64'>): Promise<bigint> {
  for (;;) {
    const word = shared.value;
    const writer = writerIn(word);
    if (writer === 0) return word;
    // A zombie may still have a thread in the kernel that renames the file; what is gone has none.
    if (processState(writer) === undefined) shared.compareExchange(word, wordOf(versionIn(word), 0));
    else await sleep(LOOK_AGAIN_MS);
  }
}
