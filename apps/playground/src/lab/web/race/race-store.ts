/** Sales side by side as the page hears of them. Outlives the view. */
import { signal } from '@preact/signals';
import type { JobEvents, SaleAudit, SaleRequest, SaleStep } from '../../protocol.js';
import { type RefusedError, type RunningJob, startJob } from '../lab-client.js';
import { Chart, Row } from '../timeline/chart.js';

export interface Sale {
  readonly strategy: string;
  readonly chart: Chart;
  /** What the database says. */
  readonly left: number;
  readonly listed: number;
  /** Tickets that buyers have, each as often as somebody has it. */
  readonly tickets: readonly number[];
  readonly audit?: SaleAudit | undefined;
}

export type RaceState = 'starting' | 'selling' | 'done' | 'called-off' | 'replaced' | 'failed';

export const sales = signal<readonly Sale[]>([]);
export const state = signal<RaceState | undefined>(undefined);
export const error = signal<{ readonly code: string | undefined; readonly message: string } | undefined>(
  undefined,
);

let job: RunningJob | undefined;
/** The sale that is open, by strategy: on this page's clock. */
let openedAt = new Map<string, number>();
let inside = new Map<string, Set<Row>>();
let open = new Set<Row>();
/** Events of an earlier race are for charts that are gone. */
let race = 0;

const LEAST_LENGTH = 100;

export function isOn(): boolean {
  return state.value === 'starting' || state.value === 'selling';
}

export async function start(request: SaleRequest): Promise<void> {
  const mine = ++race;
  openedAt = new Map();
  inside = new Map();
  open = new Set();
  error.value = undefined;
  state.value = 'starting';
  sales.value = request.strategies.map((strategy) => {
    const chart = new Chart();
    chart.to = LEAST_LENGTH;
    return { strategy, chart, left: request.tickets, listed: 0, tickets: [] };
  });
  try {
    job = await startJob({ kind: 'sale', ...request }, (event) => {
      if (mine === race) hear(event);
    });
  } catch (refused) {
    const { code, message } = refused as RefusedError;
    error.value = { code, message };
    state.value = 'failed';
  }
}

export function stop(): void {
  job?.stop();
}

function change(strategy: string, fields: (sale: Sale) => Partial<Sale>): void {
  sales.value = sales.value.map((sale) => (sale.strategy === strategy ? { ...sale, ...fields(sale) } : sale));
}

function hear(event: JobEvents['sale']): void {
  switch (event.kind) {
    case 'sale':
      hearStep(event.strategy, event.what);
      break;
    case 'database':
      change(event.strategy, () => ({ left: event.left, listed: event.sales }));
      break;
    case 'audit':
      change(event.strategy, () => ({ audit: event.audit }));
      break;
    case 'error':
      error.value = event;
      break;
    case 'end':
      state.value = event.reason;
      for (const { chart } of sales.value) {
        for (const row of chart.rows) row.isOver = true;
        chart.touch('rows');
      }
      break;
    default:
      event satisfies never;
  }
}

function hearStep(strategy: string, step: SaleStep): void {
  const chart = sales.value.find((sale) => sale.strategy === strategy)?.chart;
  if (chart === undefined) return;
  if (step.kind === 'opened') {
    openedAt.set(strategy, performance.now());
    if (state.value === 'starting') state.value = 'selling';
    followClock(race);
    return;
  }
  if (step.kind === 'started') {
    const number = chart.rows.length + 1;
    chart.rows.push(
      new Row(step.buyer, () => step.buyer.replace(/^\D*$/, String(number)), String(step.pid ?? '')),
    );
    chart.touch('rows');
    return;
  }
  const row = chart.row(step.buyer);
  if (row === undefined) return;
  const critical = inside.get(strategy) ?? new Set<Row>();
  inside.set(strategy, critical);
  if (step.kind === 'phase') {
    close(row, step.at, critical);
    if (step.phase === 'critical') critical.add(row);
    open.add(row);
    row.stretches.push({ from: step.at, to: step.at, paint: step.phase });
    if (step.phase === 'critical') showClash(critical, step.at);
  } else if (step.kind === 'receipt') {
    close(row, step.at, critical);
    const { ticket } = step;
    if (ticket !== null) {
      row.marks.push({ at: step.at, text: String(ticket), paint: 'critical' });
      change(strategy, ({ tickets }) => ({ tickets: [...tickets, ticket] }));
    }
  } else {
    close(row, step.at, critical);
    if (step.outcome === 'killed') row.marks.push({ at: step.at, text: '×', paint: 'clash' });
    row.isOver = true;
  }
  chart.to = Math.max(chart.to, step.at);
  chart.touch();
}

function close(row: Row, at: number, critical: Set<Row>): void {
  const last = row.stretches.at(-1);
  if (open.delete(row) && last !== undefined) last.to = Math.max(last.from, at);
  if (critical.delete(row)) showClash(critical, at);
}

/** Two in the critical section at once are shown as what they are. */
function showClash(critical: ReadonlySet<Row>, at: number): void {
  const paint = critical.size > 1 ? 'clash' : 'critical';
  for (const row of critical) {
    const last = row.stretches.at(-1);
    if (last === undefined || last.paint === paint) continue;
    last.to = Math.max(last.from, at);
    row.stretches.push({ from: at, to: at, paint });
  }
}

let isFollowing = false;

/** What goes on grows with each frame. */
function followClock(mine: number): void {
  if (isFollowing) return;
  isFollowing = true;
  const grow = () => {
    if (mine !== race || !isOn()) {
      isFollowing = false;
      return;
    }
    let longest = LEAST_LENGTH;
    for (const { strategy, chart, audit } of sales.value) {
      const since = openedAt.get(strategy);
      const now = since === undefined || audit !== undefined ? 0 : performance.now() - since;
      for (const row of chart.rows) {
        const last = row.stretches.at(-1);
        if (last !== undefined && open.has(row)) last.to = Math.max(last.to, now);
      }
      longest = Math.max(longest, chart.to, open.size > 0 ? now : 0);
    }
    // Side by side on one scale.
    for (const { chart } of sales.value) {
      chart.to = longest;
      chart.touch();
    }
    requestAnimationFrame(grow);
  };
  requestAnimationFrame(grow);
}
