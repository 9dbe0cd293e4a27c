/** The policies' figures beside each other; the best of each line stands out. */
import type { RunMetrics } from 'scheduler-model';
import { words } from '../settings.js';
import type { Simulated } from './simulation.js';

type FigureName =
  | 'makespan'
  | 'meanTurnaround'
  | 'meanResponse'
  | 'meanWaiting'
  | 'contextSwitches'
  | 'utilization'
  | 'fairness';

const FIGURES: readonly { readonly name: FigureName; readonly more?: true; readonly share?: true }[] = [
  { name: 'meanTurnaround' },
  { name: 'meanResponse' },
  { name: 'meanWaiting' },
  { name: 'makespan' },
  { name: 'contextSwitches' },
  { name: 'utilization', more: true, share: true },
  { name: 'fairness', more: true, share: true },
];

function show(value: number, share: boolean): string {
  if (share) return `${(value * 100).toFixed(0)} %`;
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

export function Comparison({ runs }: { readonly runs: readonly Simulated[] }) {
  const w = words();
  const valueOf = (metrics: RunMetrics, name: FigureName) => metrics[name] ?? Number.NaN;
  const best = new Map(
    FIGURES.map(({ name, more }) => {
      const values = runs.map(({ run }) => valueOf(run.metrics, name));
      return [name, more ? Math.max(...values) : Math.min(...values)];
    }),
  );
  return (
    <section class="sheet" aria-label={w.scheduler.figures}>
      <header>
        <h2>{w.scheduler.figures}</h2>
        <p class="note">{w.scheduler.figuresHint}</p>
      </header>
      <div class="scroll-x" tabIndex={0} role="group" aria-label={w.scheduler.figures}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{w.scheduler.policy}</th>
              {FIGURES.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  {w.scheduler.figureNames[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map(({ policy, run }) => (
              <tr key={policy}>
                <th scope="row">{w.scheduler.policyNames[policy]}</th>
                {FIGURES.map(({ name, share }) => {
                  const value = valueOf(run.metrics, name);
                  const isBest = runs.length > 1 && value === best.get(name);
                  return (
                    <td key={name} class={`number ${isBest ? 'best' : ''}`}>
                      {show(value, share ?? false)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
