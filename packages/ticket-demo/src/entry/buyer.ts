/** A buyer: what runs in each buyer's process. Comes to the gate, searches, buys as the strategy says, and goes. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../clock.js';
import { readDatabase, withOneSold, writeDatabase } from '../database.js';
import { type BuyerMessage, LineReader } from '../gate-protocol.js';
import type { BuyerPlan, KillStep } from '../plan.js';
import type { Purchase, Receipt } from '../purchase.js';
import type { Phase } from '../sale-event.js';
import type { BuyFunction } from '../strategies/strategy.js';

/** What a buyer is sent. */
export interface BuyerTask {
  readonly index: number;
  readonly plan: BuyerPlan;
  readonly run: string;
  readonly databaseFile: string;
  readonly gate: string;
  readonly buy: { readonly module: string; readonly export: string };
}

/** Undefined when all went well; errors go as data, since a buyer's failure is the sale's to tell. */
export type BuyerResult = { readonly error: unknown; readonly code: string | undefined } | undefined;

/** The target of a buyer's process. */
export async function buyer(task: BuyerTask, shared: unknown): Promise<BuyerResult> {
  let line: Line | undefined;
  try {
    // Before the gate, so that loading is no part of the race.
    const buy = await importBuyFunction(task.buy);
    line = await Line.to(task.gate);
    await line.comeIn(task.index);
    await visit(task, line, buy, shared);
    return undefined;
  } catch (error) {
    return { error: cloneable(error), code: (error as { code?: string } | null)?.code };
  } finally {
    line?.hangUp();
  }
}

async function importBuyFunction(reference: BuyerTask['buy']): Promise<BuyFunction<unknown>> {
  const module = (await import(reference.module)) as Record<string, unknown>;
  const found = module[reference.export];
  if (typeof found === 'function') return found as BuyFunction<unknown>;
  throw new TypeError(
    `${reference.module} exports no function "${reference.export}"; look at the strategy's buy.module and buy.export.`,
  );
}

async function visit(task: BuyerTask, line: Line, buy: BuyFunction<unknown>, shared: unknown): Promise<void> {
  const { plan, databaseFile, run } = task;

  /** Stands still where the plan has it killed: the rest is up to the sale. */
  const passBy = async (step: KillStep | 'leaving') => {
    const isVictim = plan.kill !== undefined;
    // Whoever did not come to its step is killed when it is about to leave.
    if (!isVictim || (step !== plan.kill.step && step !== 'leaving')) return;
    line.say({ kind: 'here', step });
    // Waiting for its turn it goes on, to be killed in the queue or at its head.
    if (step !== 'waiting') await new Promise<never>(() => undefined);
  };
  const thinkFor = async (duration: number, step: KillStep) => {
    await sleep(plan.kill?.step === step ? duration * plan.kill.fraction : duration);
    await passBy(step);
  };

  const purchase: Purchase = {
    buyer: plan.buyer,
    run,
    databaseFile,
    critical: async (work) => {
      line.enter('critical');
      try {
        return await work();
      } finally {
        line.enter('leaving');
      }
    },
    read: () => readDatabase(databaseFile),
    think: () => thinkFor(plan.think, 'thinking'),
    writeSale: async (seen) => {
      const { content, ticket } = withOneSold(seen, plan.buyer, run);
      await writeDatabase(databaseFile, content, { beforeRename: () => passBy('writing') });
      await passBy('written');
      return { ticket };
    },
    takeTicket: () =>
      purchase.critical(async (): Promise<Receipt> => {
        const seen = await purchase.read();
        if (seen.tickets === 0) {
          // A victim that finds nothing to think about dies here, with the others kept out by it.
          await passBy('leaving');
          return { ticket: null };
        }
        await purchase.think();
        return purchase.writeSale(seen);
      }),
  };

  line.enter('searching');
  await purchase.read();
  await thinkFor(plan.search, 'searching');
  line.enter('waiting');
  await passBy('waiting');
  const receipt = await buy(purchase, shared);
  line.enter('leaving');
  line.say({ kind: 'receipt', ticket: ticketOf(receipt), at: now() });
  await passBy('leaving');
}

function ticketOf(receipt: Receipt | undefined): number | null {
  const ticket: unknown = receipt?.ticket;
  if (ticket === null || (Number.isSafeInteger(ticket) && (ticket as number) > 0))
    return ticket as number | null;
  throw new TypeError(
    'The strategy gave no receipt: return { ticket: NUMBER }, or { ticket: null } if none was left.',
  );
}

/** The line to the sale. */
class Line {
  readonly #socket: Socket;
  readonly #go: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = new LineReader();
    this.#go = new Promise((resolve) => {
      socket.setEncoding('utf8').on('data', (piece: string) => {
        // Only one thing is ever said to a buyer.
        if (lines.push(piece).length > 0) resolve();
      });
    });
    // The sale is gone, and with it the reason to buy.
    socket.on('error', () => undefined);
    socket.once('close', () => process.exit(1));
  }

  static async to(address: string): Promise<Line> {
    const socket = connect(address);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve();
      });
      socket.once('error', reject);
    });
    return new Line(socket);
  }

  async comeIn(index: number): Promise<void> {
    this.say({ kind: 'hello', index, at: now() });
    await this.#go;
  }

  enter(phase: Phase | 'leaving'): void {
    this.say({ kind: 'phase', phase, at: now() });
  }

  say(message: BuyerMessage): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  hangUp(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.end();
  }
}

/** An error keeps its message, stack and cause on the way; anything else goes as text. */
function cloneable(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return new Error(String(thrown));
  const copy = new Error(thrown.message);
  copy.name = thrown.name;
  if (thrown.stack !== undefined) copy.stack = thrown.stack;
  return copy;
}
