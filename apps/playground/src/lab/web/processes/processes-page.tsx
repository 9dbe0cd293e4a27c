/** The lab's own processes: the tree, what each does now and did lately, and what memory it holds. */
import { useEffect, useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import {
  LIMITS,
  type ProcessLabel,
  type ProcessRow,
  RESIDENT_KINDS,
  type ResidentKind,
  type ResidentSignal,
} from '../../protocol.js';
import { info, listen, presence, type RefusedError, request } from '../lab-client.js';
import { say, words } from '../settings.js';
import { Failure } from '../shell/failure.js';
import { Chart, Row } from '../timeline/chart.js';
import { Legend } from '../timeline/legend.js';
import { stretchOf } from '../timeline/look-stretch.js';
import { Timeline } from '../timeline/timeline.js';

/** What the chart looks back on. */
const WINDOW_MS = 15_000;
/** The newest look is this old when it is drawn, so that the chart moves evenly. */
const DELAY_MS = 400;

export function ProcessesPage() {
  const w = words();
  const rows = useSignal<readonly ProcessRow[]>([]);
  const failure = useSignal<{ readonly code: string | undefined; readonly message: string } | undefined>(
    undefined,
  );
  const chart = useMemo(() => new Chart(), []);
  const isHere = presence.value === 'here' && info.value?.blind === undefined;

  useEffect(() => {
    if (!isHere) return undefined;
    let last = performance.now();
    const close = listen('/api/processes', (heard) => {
      const table = heard as readonly ProcessRow[];
      const now = performance.now();
      follow(chart, table, last, now);
      last = now;
      rows.value = table;
    });
    const stop = slide(chart);
    return () => {
      close();
      stop();
    };
  }, [isHere]);

  const act = async (path: string, body: unknown) => {
    try {
      await request('POST', path, body);
      failure.value = undefined;
    } catch (error) {
      const { code, message } = error as RefusedError;
      failure.value = { code, message };
    }
  };
  const ours = rows.value.filter((row) => row.ours);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{w.processes.title}</h1>
        <p class="lead">{w.processes.lead}</p>
      </div>
      <Starter
        isHere={isHere}
        count={ours.length}
        onStart={(kind, count) => void act('/api/processes', { kind, count })}
        onEndAll={() => {
          for (const { pid } of ours) void act('/api/signals', { pid, signal: 'SIGKILL' });
        }}
      />
      {failure.value !== undefined && <Failure error={failure.value} />}
      <section class="sheet watched" aria-label={w.processes.lately}>
        <header>
          <h2>{w.processes.lately}</h2>
          <Legend paints={['running', 'ready', 'blocked', 'stopped', 'zombie']} />
        </header>
        <Timeline
          chart={chart}
          unit="s"
          rowHeight={rows.value.length > 16 ? 13 : 24}
          height="264px"
          label={w.experiments.timelineLabel(rows.value.length)}
        />
      </section>
      <Table rows={rows.value} onSignal={(pid, signal) => void act('/api/signals', { pid, signal })} />
    </div>
  );
}

interface StarterProps {
  readonly isHere: boolean;
  readonly count: number;
  readonly onStart: (kind: ResidentKind, count: number) => void;
  readonly onEndAll: () => void;
}

function Starter({ isHere, count, onStart, onEndAll }: StarterProps) {
  const w = words();
  const kind = useSignal<ResidentKind>('alternating');
  const wanted = useSignal(2);
  const isPossible =
    Number.isInteger(wanted.value) && wanted.value >= 1 && wanted.value + count <= LIMITS.residents;
  return (
    <section class="sheet controls" aria-label={w.processes.start}>
      <div class="numbers">
        <label class="field">
          {w.processes.howMany}
          <input
            class="input number"
            type="number"
            min={1}
            max={LIMITS.residents}
            value={Number.isNaN(wanted.value) ? '' : wanted.value}
            aria-invalid={!isPossible}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.valueAsNumber;
            }}
          />
        </label>
        <label class="field">
          {w.processes.thatDo}
          <select
            class="input"
            value={kind.value}
            onChange={({ currentTarget }) => {
              kind.value = currentTarget.value as ResidentKind;
            }}
          >
            {RESIDENT_KINDS.map((each) => (
              <option key={each} value={each}>
                {w.processes.kinds[each]}
              </option>
            ))}
          </select>
        </label>
        <div class="buttons bottom">
          <button
            type="button"
            class="button main"
            disabled={!isPossible || !isHere}
            onClick={() => onStart(kind.value, wanted.value)}
          >
            {w.processes.start}
          </button>
          <button type="button" class="button" disabled={count === 0} onClick={onEndAll}>
            {w.processes.endAll}
          </button>
        </div>
      </div>
      <p class="note" role="status">
        {isHere
          ? isPossible || count === LIMITS.residents
            ? w.processes.count(count, LIMITS.residents)
            : w.processes.tooMany(LIMITS.residents)
          : whyNot()}
      </p>
    </section>
  );
}

/** Why there is nothing to see. */
function whyNot(): string {
  const w = words();
  if (info.value?.blind !== undefined) return say(info.value.blind);
  return presence.value === 'opening' ? w.opening : w.needsServer;
}

function labelText(label: ProcessLabel): string {
  const w = words();
  if (label === 'lab') return w.processes.lab;
  return typeof label === 'string' ? w.processes.kinds[label] : label.program;
}

interface TableProps {
  readonly rows: readonly ProcessRow[];
  readonly onSignal: (pid: number, signal: ResidentSignal) => void;
}

function Table({ rows, onSignal }: TableProps) {
  const w = words();
  const most = Math.max(1, ...rows.map(({ memory }) => (memory?.private ?? 0) + (memory?.shared ?? 0)));
  return (
    <section class="sheet" aria-label={w.processes.now}>
      <header>
        <h2>{w.processes.now}</h2>
        <p class="note">{w.processes.memoryHint}</p>
      </header>
      <div class="scroll-x" tabIndex={0} role="group" aria-label={w.processes.now}>
        <table class="table processes">
          <thead>
            <tr>
              <th scope="col">{w.processes.process}</th>
              <th scope="col" class="number">
                PID
              </th>
              <th scope="col">{w.processes.state}</th>
              <th scope="col" class="number">
                CPU
              </th>
              <th scope="col" class="number">
                {w.processes.switches}
              </th>
              <th scope="col">{w.processes.memory}</th>
              <th scope="col">
                <span class="unseen">{w.processes.signals}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.pid}>
                <td style={{ paddingLeft: `${14 + row.depth * 20}px` }}>{labelText(row.label)}</td>
                <td class="number mono">{row.pid}</td>
                <td>
                  <span class={`state-letter ${row.state}`}>{row.state}</span>{' '}
                  {w.processes.states[row.state] ?? ''}
                </td>
                <td class="number">{(row.cpu / 1000).toFixed(1)} s</td>
                <td class="number">
                  {row.voluntary} / {row.involuntary}
                </td>
                <td>
                  <Memory row={row} most={most} />
                </td>
                <td class="signals">{row.ours && <Signals row={row} onSignal={onSignal} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const MEGABYTE = 1024 * 1024;

function Memory({ row: { memory }, most }: { readonly row: ProcessRow; readonly most: number }) {
  const w = words();
  if (memory === undefined) return <span class="note">–</span>;
  const width = (bytes: number) => `${(100 * bytes) / most}%`;
  const figure = (bytes: number) => (bytes / MEGABYTE).toFixed(0);
  return (
    <div class="memory">
      <span class="memory-bar" aria-hidden="true">
        <span class="private" style={{ width: width(memory.private) }} />
        <span class="shared" style={{ width: width(memory.shared) }} />
      </span>
      <span class="figure">{w.processes.megabytes(figure(memory.private), figure(memory.shared))}</span>
    </div>
  );
}

function Signals({ row, onSignal }: { readonly row: ProcessRow } & Pick<TableProps, 'onSignal'>) {
  const w = words();
  const isStopped = row.state === 'T';
  const button = (signal: ResidentSignal, text: string) => (
    <button
      type="button"
      class="button small"
      title={signal}
      aria-label={`${text}, ${row.pid}`}
      onClick={() => onSignal(row.pid, signal)}
    >
      {text}
    </button>
  );
  return (
    <div class="buttons nowrap">
      {isStopped ? button('SIGCONT', w.processes.goOn) : button('SIGSTOP', w.processes.pause)}
      {button('SIGTERM', w.processes.end)}
      {button('SIGKILL', w.processes.kill)}
    </div>
  );
}

/** Adds one table to the chart. Seconds, of this page's clock. */
function follow(chart: Chart, table: readonly ProcessRow[], from: number, to: number): void {
  const order = table.map(({ pid }) => String(pid));
  const before = chart.rows.map(({ key }) => key).join();
  for (const row of table) {
    const known = chart.row(String(row.pid));
    const line = known ?? new Row(String(row.pid), () => labelText(row.label), String(row.pid));
    if (known === undefined) chart.rows.push(line);
    line.add(stretchOf(row, from / 1000, to / 1000));
    while ((line.stretches[0]?.to ?? Infinity) < (to - WINDOW_MS - 2 * DELAY_MS) / 1000)
      line.stretches.shift();
  }
  const rows = order.map((key) => chart.row(key)).filter((row) => row !== undefined);
  chart.rows.splice(0, Infinity, ...rows);
  chart.touch(order.join() === before ? undefined : 'rows');
}

/** Moves the chart with the clock. */
function slide(chart: Chart): () => void {
  let frame = 0;
  const move = () => {
    chart.to = (performance.now() - DELAY_MS) / 1000;
    chart.from = chart.to - WINDOW_MS / 1000;
    chart.touch();
    frame = requestAnimationFrame(move);
  };
  move();
  return () => cancelAnimationFrame(frame);
}
