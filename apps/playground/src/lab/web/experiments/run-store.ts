/** The runs of experiments that this page has seen: what is going on, what came of it. Outlives the view. */
import { signal } from '@preact/signals';
import type { ExperimentResult } from '../../../run-experiment.js';
import { type RefusedError, type RunningJob, startJob } from '../lab-client.js';
import type { JobEvents, Sample } from '../../protocol.js';
import { words } from '../settings.js';
import { Chart, Row } from '../timeline/chart.js';
import { stretchOf } from '../timeline/look-stretch.js';

export interface ExperimentRun {
  readonly chart: Chart;
  readonly state: 'starting' | 'measure' | 'control' | 'done' | 'called-off' | 'replaced' | 'failed';
  readonly result?: ExperimentResult | undefined;
  /** Why it failed; a stable code, or the server's words. */
  readonly error?: { readonly code: string | undefined; readonly message: string } | undefined;
}

export const runs = signal<ReadonlyMap<string, ExperimentRun>>(new Map());
/** The id of the experiment that runs, and how to stop it. */
export const current = signal<string | undefined>(undefined);
/** How many are still to run, of all. */
export const queue = signal<readonly string[]>([]);

let job: RunningJob | undefined;

export function isOver({ state }: ExperimentRun): boolean {
  return !['starting', 'measure', 'control'].includes(state);
}

function change(id: string, fields: Partial<ExperimentRun>): void {
  const before = runs.value.get(id);
  if (before !== undefined) runs.value = new Map(runs.value).set(id, { ...before, ...fields });
}

/** Runs one and resolves when it is over; the one before it is called off. */
export async function run(id: string): Promise<void> {
  const chart = new Chart();
  chart.to = 500;
  runs.value = new Map(runs.value).set(id, { chart, state: 'starting' });
  current.value = id;
  await new Promise<void>((resolve) => {
    const over = () => {
      if (current.value === id && runs.value.get(id)?.chart === chart) current.value = undefined;
      resolve();
    };
    startJob({ kind: 'experiment', id }, (event) => {
      // A newer run of the same experiment has taken its place.
      if (runs.value.get(id)?.chart === chart) hear(id, chart, event);
      if (event.kind === 'end') over();
    }).then(
      (started) => {
        job = started;
      },
      (error: unknown) => {
        const { code, message } = error as RefusedError;
        change(id, { state: 'failed', error: { code, message } });
        over();
      },
    );
  });
}

export async function runAll(ids: readonly string[]): Promise<void> {
  queue.value = ids;
  while (queue.value.length > 0) {
    const [id, ...rest] = queue.value;
    if (id === undefined) return;
    await run(id);
    const state = runs.value.get(id)?.state;
    // Stopped by the person, or by another page.
    queue.value = state === 'done' ? (queue.value.length === 0 ? [] : rest) : [];
  }
}

export function stop(): void {
  queue.value = [];
  job?.stop();
}

function hear(id: string, chart: Chart, event: JobEvents['experiment']): void {
  switch (event.kind) {
    case 'sample':
      addSample(chart, event);
      break;
    case 'step':
      if (event.step === 'control') chart.turns.push(event.at);
      change(id, { state: event.step });
      break;
    case 'result':
      change(id, { result: event.result });
      break;
    case 'error':
      change(id, { error: event });
      break;
    case 'end':
      for (const row of chart.rows) row.isOver = true;
      chart.touch('rows');
      change(id, { state: event.reason });
      break;
    default:
      event satisfies never;
  }
}

export function addSample(chart: Chart, { from, to, came, looks, left }: Sample): void {
  for (const { pid, ppid, program } of came) {
    const parent = chart.row(String(ppid));
    const depth = parent === undefined ? 0 : depthOf(parent) + 1;
    const label = () => {
      const { roles } = words();
      return program === 'node' ? (roles[Math.min(depth, roles.length - 1)] as string) : program;
    };
    const row = new Row(String(pid), label, String(pid));
    depths.set(row, depth);
    insertAfterFamily(chart, row, parent);
  }
  for (const look of looks) chart.row(String(look.pid))?.add(stretchOf(look, from, to));
  for (const pid of left) {
    const row = chart.row(String(pid));
    if (row !== undefined) row.isOver = true;
  }
  chart.to = Math.max(chart.to, to);
  chart.touch(came.length + left.length > 0 ? 'rows' : undefined);
}

const depths = new WeakMap<Row, number>();
const depthOf = (row: Row): number => depths.get(row) ?? 0;

/** Children stand below their parent, in the order in which they came. */
function insertAfterFamily(chart: Chart, row: Row, parent: Row | undefined): void {
  if (parent === undefined) {
    chart.rows.push(row);
    return;
  }
  let place = chart.rows.indexOf(parent) + 1;
  while (place < chart.rows.length && depthOf(chart.rows[place] as Row) > depthOf(parent)) place++;
  chart.rows.splice(place, 0, row);
}
