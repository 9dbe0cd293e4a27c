/** The ticket race as the experiments about locks need it: held on real processes, by ticket-demo. */
import { Lock, LockUnavailableError } from 'ipc-lock';
import { type Phase, runSale, type SaleReport } from 'ticket-demo';
import { type Bar, countBar } from './bars.js';
import type { Measuring, Text } from './experiment.js';
import { mostAtOnce, type Stretch } from './on-cpu.js';

export interface SaleFigures {
  readonly tickets: number;
  readonly buyers: number;
  readonly sold: number;
  readonly oversold: number;
  readonly lostUpdates: number;
  /** All that the audit found to be wrong. */
  readonly violations: number;
  /** Buyers at the same time, at most. */
  readonly searchingAtOnce: number;
  readonly buyingAtOnce: number;
  /** Milliseconds. */
  readonly time: number;
}

const BUYERS = 6;
const TICKETS = 3;

/** Holds one sale; each buyer searches, then reads, thinks and writes back. */
export async function holdSale({ signal }: Measuring, strategy: string): Promise<SaleFigures> {
  const report = await runSale({ strategy, buyers: BUYERS, tickets: TICKETS, think: [20, 40], signal });
  return {
    tickets: report.ticketsBefore,
    buyers: BUYERS,
    sold: report.sold,
    oversold: report.oversold,
    lostUpdates: report.lostUpdates,
    violations: report.violations.length,
    searchingAtOnce: mostAtOnce(stretchesOf(report, 'searching')),
    buyingAtOnce: mostAtOnce(stretchesOf(report, 'critical')),
    time: report.time,
  };
}

export function saleBars({ tickets, buyers, sold, buyingAtOnce }: SaleFigures): readonly Bar[] {
  return [
    countBar('tickets', '票', tickets),
    countBar('buyers', '买家', buyers),
    countBar('sold', '卖出', sold),
    countBar('buying at once, at most', '同时购买，最多', buyingAtOnce),
  ];
}

function stretchesOf({ buyers }: SaleReport, wanted: Phase): Stretch[][] {
  return buyers.map(({ timeline }) =>
    timeline.filter(({ phase }) => phase === wanted).map(({ start, end }) => [start, end] as const),
  );
}

/** Why there are no locks on this platform; undefined when there are. */
export function withoutLocks(): Text | undefined {
  try {
    using lock = new Lock();
    lock.acquireSync().release();
    return undefined;
  } catch (error) {
    if (!(error instanceof LockUnavailableError)) throw error;
    return { en: `no lock can be had here: ${error.message}`, zh: `这里无法使用锁：${error.message}` };
  }
}
