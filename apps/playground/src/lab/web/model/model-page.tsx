/** The same workload in the model and on this machine, one above the other. */
import { computed, effect, signal } from '@preact/signals';
import { LIMITS, type RealProcess } from '../../protocol.js';
import { info, presence, type RefusedError, type RunningJob, startJob } from '../lab-client.js';
import { parseScript } from '../scheduler/workload-text.js';
import { say, words } from '../settings.js';
import { Failure } from '../shell/failure.js';
import { Legend } from '../timeline/legend.js';
import { Timeline } from '../timeline/timeline.js';
import { type Measured, predictSide, readMeasured, type Side } from './prediction.js';

interface Draft {
  readonly name: string;
  readonly script: string;
}

const EXAMPLES = {
  loops: [
    { name: 'long', script: 'cpu 400' },
    { name: 'short', script: 'cpu 200' },
  ],
  waits: [
    { name: 'waits', script: 'cpu 20, io 60, cpu 20, io 60, cpu 20' },
    { name: 'computes', script: 'cpu 300' },
  ],
  three: [
    { name: 'A', script: 'cpu 150' },
    { name: 'B', script: 'cpu 80, io 100, cpu 80' },
    { name: 'C', script: 'cpu 220' },
  ],
} as const satisfies Record<string, readonly Draft[]>;

type ExampleName = keyof typeof EXAMPLES;

const drafts = signal<readonly Draft[]>(EXAMPLES.waits);
const measured = signal<Measured | undefined>(undefined);
const state = signal<'idle' | 'starting' | 'running' | 'done' | 'called-off' | 'replaced' | 'failed'>('idle');
const failure = signal<{ readonly code: string | undefined; readonly message: string } | undefined>(
  undefined,
);
let job: RunningJob | undefined;

/** The processes, or who is wrong and how. */
const workload = computed(
  (): { processes: RealProcess[]; wrong: readonly (readonly [string, WrongKind])[] } => {
    const wrong: [string, WrongKind][] = [];
    const processes = drafts.value.map(({ name, script }) => {
      const steps = stepsOf(script);
      if (typeof steps === 'string') wrong.push([name, steps]);
      return { name, steps: typeof steps === 'string' ? [] : steps };
    });
    const work = processes.flatMap(({ steps }) => steps).reduce((sum, ms) => sum + ms, 0);
    if (work > LIMITS.workMs) wrong.push(['', 'much']);
    if (processes.length === 0) wrong.push(['', 'nothing']);
    return { processes, wrong };
  },
);

const runnable = signal(workload.peek());
effect(() => {
  if (workload.value.wrong.length === 0) runnable.value = workload.value;
});

type WrongKind = 'script' | 'order' | 'long' | 'much' | 'nothing';

/** Computing and waiting in turn, as programs/compute.ts performs it. */
function stepsOf(script: string): number[] | WrongKind {
  const parsed = parseScript(script);
  if (parsed.problem !== undefined) return 'script';
  const steps: number[] = [];
  for (const operation of parsed.operations) {
    if (!('ticks' in operation)) return 'script';
    const kind = operation.kind === 'cpu' ? 0 : 1;
    if (steps.length % 2 !== kind) return 'order';
    if (operation.ticks > LIMITS.stepMs) return 'long';
    steps.push(operation.ticks);
  }
  return steps.length > LIMITS.stepsEach ? 'long' : steps;
}

/** Of the last workload that could be run: the chart stays while one types. */
const predicted = computed<Side>((): Side => {
  const { processes } = runnable.value;
  return predictSide(processes, info.value?.cpus ?? 1);
});

function change(next: readonly Draft[]): void {
  drafts.value = next;
  measured.value = undefined;
  state.value = 'idle';
}

async function start(): Promise<void> {
  failure.value = undefined;
  measured.value = undefined;
  state.value = 'starting';
  const { processes } = workload.value;
  try {
    job = await startJob({ kind: 'model', processes }, (event) => {
      if (event.kind === 'step') state.value = 'running';
      if (event.kind === 'measured') measured.value = readMeasured(event.measured);
      if (event.kind === 'error') failure.value = event;
      if (event.kind === 'end') state.value = event.reason;
    });
  } catch (error) {
    const { code, message } = error as RefusedError;
    failure.value = { code, message };
    state.value = 'failed';
  }
}

export function ModelPage() {
  const w = words();
  const reason = info.value?.unmeasurable;
  const isOn = state.value === 'starting' || state.value === 'running';
  const { wrong } = workload.value;
  const machine = measured.value;
  const longest = Math.max(...predicted.value.ends, ...(machine?.ends ?? [0]));
  predicted.value.chart.to = longest;
  if (machine !== undefined) machine.chart.to = longest;
  predicted.value.chart.touch();
  return (
    <div class="page">
      <div class="page-head">
        <h1>{w.model.title}</h1>
        <p class="lead">{w.model.lead}</p>
      </div>
      <section class="sheet controls" aria-label={w.model.workload}>
        <div class="real-rows">
          {drafts.value.map((draft, row) => (
            <label key={draft.name} class="field">
              {draft.name}
              <input
                class="input cell script"
                value={draft.script}
                disabled={isOn}
                spellcheck={false}
                autocomplete="off"
                aria-invalid={wrong.some(([name]) => name === draft.name)}
                aria-describedby="model-problems"
                onInput={({ currentTarget }) =>
                  change(
                    drafts.value.map((each, index) =>
                      index === row ? { ...each, script: currentTarget.value } : each,
                    ),
                  )
                }
              />
            </label>
          ))}
        </div>
        <ul class="problems" id="model-problems" role="alert">
          {wrong.map(([name, kind]) => (
            <li key={`${name} ${kind}`}>{w.model.wrong(name, kind, LIMITS.stepMs, LIMITS.workMs)}</li>
          ))}
        </ul>
        <div class="buttons">
          {isOn ? (
            <button type="button" class="button main" onClick={() => job?.stop()}>
              {w.stop}
            </button>
          ) : (
            <button
              type="button"
              class="button main"
              disabled={wrong.length > 0 || presence.value !== 'here' || reason !== undefined}
              onClick={() => void start()}
            >
              {machine === undefined ? w.model.run : w.runAgain}
            </button>
          )}
          <label class="field inline">
            {w.scheduler.example}
            <select
              class="input"
              value=""
              disabled={isOn}
              onChange={({ currentTarget }) => {
                change(EXAMPLES[currentTarget.value as ExampleName]);
                currentTarget.value = '';
              }}
            >
              <option value="">{w.scheduler.chooseExample}</option>
              {(Object.keys(EXAMPLES) as ExampleName[]).map((name) => (
                <option key={name} value={name}>
                  {w.model.examples[name]}
                </option>
              ))}
            </select>
          </label>
          <p class="note" role="status">
            {statusText()}
          </p>
        </div>
      </section>
      {failure.value !== undefined && <Failure error={failure.value} />}
      <Legend paints={['running', 'ready', 'blocked']} />
      <SideCard title={w.model.predicted} hint={w.model.predictedHint} side={predicted.value} />
      <SideCard
        title={w.model.measured}
        hint={w.model.measuredHint}
        side={machine}
        count={drafts.value.length}
      />
      {machine !== undefined && (
        <Errors names={drafts.value.map(({ name }) => name)} predicted={predicted.value} machine={machine} />
      )}
    </div>
  );
}

function statusText(): string {
  const w = words();
  if (info.value === undefined) return presence.value === 'opening' ? w.opening : w.needsServer;
  const reason = info.value.unmeasurable;
  return reason === undefined ? w.model.status[state.value] : say(reason);
}

interface SideCardProps {
  readonly title: string;
  readonly hint: string;
  readonly side: Side | undefined;
  readonly count?: number;
}

const ROW = 30;

function SideCard({ title, hint, side, count = 0 }: SideCardProps) {
  const w = words();
  return (
    <section class="sheet" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <p class="note">{hint}</p>
      </header>
      {side === undefined ? (
        <p class="note blank" style={{ height: `${count * ROW + 30}px` }}>
          {w.model.notRun}
        </p>
      ) : (
        <Timeline
          chart={side.chart}
          unit="ms"
          rowHeight={ROW}
          label={w.scheduler.chartLabel(title, side.chart.rows.length, Math.round(side.chart.to))}
        />
      )}
    </section>
  );
}

interface ErrorsProps {
  readonly names: readonly string[];
  readonly predicted: Side;
  readonly machine: Measured;
}

function Errors({ names, predicted, machine }: ErrorsProps) {
  const w = words();
  return (
    <section class="sheet" aria-label={w.model.errors} aria-live="polite">
      <header>
        <h2>{w.model.errors}</h2>
        <p class="note">{w.model.taken(machine.taken)}</p>
      </header>
      <div class="scroll-x" tabIndex={0} role="group" aria-label={w.model.errors}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{w.scheduler.name}</th>
              <th scope="col" class="number">
                {w.model.endPredicted}
              </th>
              <th scope="col" class="number">
                {w.model.endMeasured}
              </th>
              <th scope="col" class="number">
                {w.model.endUndisturbed}
              </th>
              <th scope="col" class="number">
                {w.model.error}
              </th>
              <th scope="col" class="number">
                {w.model.switches}
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name, index) => {
              const expected = predicted.ends[index] ?? Number.NaN;
              const undisturbed = machine.undisturbed[index] ?? Number.NaN;
              const error = (100 * (undisturbed - expected)) / expected;
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="number">{expected.toFixed(0)} ms</td>
                  <td class="number">{machine.ends[index]?.toFixed(0)} ms</td>
                  <td class="number">{undisturbed.toFixed(0)} ms</td>
                  <td class="number strong">
                    {error < 0 ? '−' : '+'}
                    {Math.abs(error).toFixed(1)} %
                  </td>
                  <td class="number">
                    {predicted.switches[index]} / {machine.switches[index]}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
