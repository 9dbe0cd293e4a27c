/** A run, one change of state after the other, with the diagram of the states and who is in which. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ProcessState, Transition } from 'scheduler-model';
import { words } from '../settings.js';
import type { Simulated } from './simulation.js';
import { StateDiagram } from './state-diagram.js';

interface StepperProps {
  readonly runs: readonly Simulated[];
  readonly cursor: Signal<number | undefined>;
}

export function Stepper({ runs, cursor }: StepperProps) {
  const w = words();
  const policy = useSignal<string | undefined>(undefined);
  const step = useSignal(0);
  const simulated = runs.find((each) => each.policy === policy.value) ?? runs[0];
  const length = simulated?.run.trace.length ?? 0;
  useEffect(() => {
    step.value = 0;
    cursor.value = undefined;
  }, [simulated]);
  if (simulated === undefined) return null;
  const { run } = simulated;
  const at = Math.min(step.value, length);
  const row = at === 0 ? undefined : run.trace.at(at - 1);
  const go = (to: number) => {
    step.value = Math.max(0, Math.min(length, to));
    cursor.value = step.value === 0 ? undefined : run.trace.at(step.value - 1)?.time;
  };
  const name = (pid: number) => run.processes[pid - 1]?.name ?? String(pid);
  return (
    <section class="sheet stepper" aria-label={w.scheduler.stepping}>
      <header>
        <h2>{w.scheduler.stepping}</h2>
        {runs.length > 1 && (
          <label class="field inline">
            {w.scheduler.policy}
            <select
              class="input"
              value={simulated.policy}
              onChange={({ currentTarget }) => {
                policy.value = currentTarget.value;
              }}
            >
              {runs.map((each) => (
                <option key={each.policy} value={each.policy}>
                  {w.scheduler.policyNames[each.policy]}
                </option>
              ))}
            </select>
          </label>
        )}
      </header>
      <div class="stepper-body">
        <div class="buttons">
          <button type="button" class="button" disabled={at === 0} onClick={() => go(at - 1)}>
            {w.scheduler.back}
          </button>
          <button type="button" class="button main" disabled={at === length} onClick={() => go(at + 1)}>
            {w.scheduler.next}
          </button>
          <input
            class="slider"
            type="range"
            min={0}
            max={length}
            value={at}
            aria-label={w.scheduler.step}
            aria-valuetext={w.scheduler.stepOf(at, length)}
            onInput={({ currentTarget }) => go(Number(currentTarget.value))}
          />
          <span class="note figure">{w.scheduler.stepOf(at, length)}</span>
        </div>
        <p class="happened" role="status">
          {row === undefined
            ? w.scheduler.beforeAll
            : w.scheduler.happened(row.time, name(row.pid), row.reason, row.core)}
        </p>
        <StateDiagram inState={placesAt(run.trace, at, run.processes)} last={row} />
      </div>
    </section>
  );
}

/** Who is in which state after so many rows. */
function placesAt(
  trace: Iterable<Transition>,
  count: number,
  processes: readonly { readonly name: string }[],
): ReadonlyMap<ProcessState, readonly string[]> {
  const states: ProcessState[] = processes.map(() => 'new');
  let index = 0;
  for (const { pid, from, to } of trace) {
    if (index++ === count) break;
    if (from !== to) states[pid - 1] = to;
  }
  const places = new Map<ProcessState, string[]>();
  for (const [at, state] of states.entries()) {
    const { name } = processes[at] as { name: string };
    places.set(state, [...(places.get(state) ?? []), name]);
  }
  return places;
}
