/** The scheduler model to play with: what is typed is run at once, in this page. */
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { words } from '../settings.js';
import { Legend } from '../timeline/legend.js';
import { Comparison } from './comparison.js';
import { PlanEditor } from './plan-editor.js';
import { keepAddress, runs } from './plan-store.js';
import { RunCard } from './run-card.js';
import { Stepper } from './stepper.js';

export function SchedulerPage() {
  const w = words();
  useEffect(keepAddress, []);
  /** The tick that all charts point at. */
  const cursor = useSignal<number | undefined>(undefined);
  const all = runs.value;
  return (
    <div class="page">
      <div class="page-head">
        <h1>{w.scheduler.title}</h1>
        <p class="lead">{w.scheduler.lead}</p>
      </div>
      <PlanEditor />
      <div class="runs-head">
        <Legend paints={['running', 'ready', 'blocked', 'overhead']} />
      </div>
      <div class="runs">
        {all.map((simulated) => (
          <RunCard key={simulated.policy} simulated={simulated} cursor={cursor} />
        ))}
      </div>
      <Comparison runs={all} />
      <Stepper runs={all} cursor={cursor} />
    </div>
  );
}
