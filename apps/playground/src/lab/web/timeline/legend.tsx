/** What the colours of a timeline mean. */
import { words } from '../settings.js';
import type { Paint } from './chart.js';

interface LegendProps {
  readonly paints: readonly Paint[];
  /** What a line across all rows means. */
  readonly turn?: string;
}

export function Legend({ paints, turn }: LegendProps) {
  const w = words();
  return (
    <ul class="legend">
      {paints.map((paint) => (
        <li key={paint}>
          <span class="swatch" style={{ '--of': `var(--${paint})` }} />
          {w.paints[paint]}
        </li>
      ))}
      {turn !== undefined && (
        <li>
          <span class="turn" />
          {turn}
        </li>
      )}
    </ul>
  );
}
