/**
 * No shared file, so no lock: one seller has the tickets to itself, and buyers send it messages.
 *
 * Requests come through one queue; each carries the end of a pipe on which its buyer waits for the answer. The
 * seller has a sale on the disk before it answers, so a buyer that was killed meanwhile may have a ticket that it
 * never heard of: the database says so, as it does for all others.
 */
import { type Connection, ConnectionEndedError, Pipe, Process, Queue } from 'core-process';
import { readDatabase, type TicketDatabase, withOneSold, writeDatabase } from '../database.js';
import { strategyModule } from '../entry-urls.js';
import type { Receipt } from '../purchase.js';
import type { BuyFunction, Strategy } from './strategy.js';

/** What a buyer asks for. */
interface Request {
  readonly buyer: string;
  readonly run: string;
  readonly answer: Connection<Receipt>;
}

export const queue: Strategy = {
  name: 'queue',
  summary: 'no shared file: one seller owns the tickets, and buyers send it messages',
  correct: true,
  // Buyers wait for their answers together; that sales don't overlap is the seller's own business.
  exclusive: false,
  arrival: 'together',
  buy: { module: strategyModule('queue'), export: 'buy' },
  prepare({ databaseFile }) {
    const requests = new Queue<Request>();
    const seller = new Process({
      target: { module: strategyModule('queue'), export: 'sell' },
      args: [requests, databaseFile],
      name: 'seller',
      daemon: true,
    }).start();
    return {
      shared: requests,
      close: async () => {
        requests.close();
        seller.terminate();
        await seller.join();
      },
    };
  },
};

export const buy: BuyFunction<Queue<Request>> = async (purchase, requests) => {
  await purchase.think();
  const [mine, sellers] = Pipe<Receipt>();
  try {
    await requests.put({ buyer: purchase.buyer, run: purchase.run, answer: sellers });
    return await mine.recv();
  } finally {
    mine.close();
  }
};

/** The seller: a process of its own, which nobody else can come between. */
export async function sell(requests: Queue<Request>, databaseFile: string): Promise<void> {
  // Read with the first request: by then the sale has made it ready.
  let tickets: TicketDatabase | undefined;
  for await (const { buyer, run, answer } of requests) {
    tickets ??= await readDatabase(databaseFile);
    let receipt: Receipt = { ticket: null };
    if (tickets.tickets > 0) {
      const { content, ticket } = withOneSold(tickets, buyer, run);
      await writeDatabase(databaseFile, content);
      tickets = content;
      receipt = { ticket };
    }
    await tellBuyer(answer, receipt);
  }
}

async function tellBuyer(answer: Connection<Receipt>, receipt: Receipt): Promise<void> {
  try {
    await answer.send(receipt);
  } catch (error) {
    // It was killed while it waited.
    if (!(error instanceof ConnectionEndedError)) throw error;
  } finally {
    answer.close();
  }
}
