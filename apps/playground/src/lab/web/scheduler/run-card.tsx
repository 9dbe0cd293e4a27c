/** One policy's run: its chart, its figures, and what can be taken along. */
import type { Signal } from '@preact/signals';
import { words } from '../settings.js';
import { Timeline } from '../timeline/timeline.js';
import { saveSvg, saveTrace } from './export.js';
import type { Simulated } from './simulation.js';

interface RunCardProps {
  readonly simulated: Simulated;
  readonly cursor: Signal<number | undefined>;
}

export function RunCard({ simulated, cursor }: RunCardProps) {
  const w = words();
  const { policy, run, chart } = simulated;
  const { metrics } = run;
  const name = w.scheduler.policyNames[policy] ?? policy;
  const rowHeight = chart.rows.length > 20 ? 13 : 26;
  return (
    <section class="sheet run" aria-label={name}>
      <header>
        <div>
          <h2>{name}</h2>
          <p class="note">{w.scheduler.policyLines[policy]}</p>
        </div>
        <div class="buttons">
          <button
            type="button"
            class="button small"
            aria-label={`${w.scheduler.saveSvg}, ${name}`}
            onClick={() => saveSvg(simulated, name)}
          >
            SVG
          </button>
          <button
            type="button"
            class="button small"
            aria-label={`${w.scheduler.saveTrace}, ${name}`}
            title={w.scheduler.saveTrace}
            onClick={() => saveTrace(simulated)}
          >
            {w.scheduler.trace}
          </button>
        </div>
      </header>
      {run.outcome === 'stalled' && (
        <p class="stalled" role="status">
          {run.deadlock.length > 0
            ? w.scheduler.deadlock(run.deadlock.map(({ process, waitsFor }) => [process, waitsFor]))
            : w.scheduler.stalled}
        </p>
      )}
      <Timeline
        chart={chart}
        unit={w.scheduler.ticks}
        rowHeight={rowHeight}
        cursor={cursor}
        onPick={(time) => {
          cursor.value = Math.round(time);
        }}
        label={w.scheduler.chartLabel(name, chart.rows.length, metrics.makespan)}
      />
    </section>
  );
}
