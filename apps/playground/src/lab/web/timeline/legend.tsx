/** What the colours of a timeline mean. */
import { words } from '../settings.js';
import type { Paint } from './chart.js';

export function Legend({ paints }: { readonly paints: readonly Paint[] }) {
  const w = words();
  return (
    <ul class="legend">
      {paints.map((paint) => (
        <li key={paint}>
          <span class="swatch" style={{ '--of': `var(--${paint})` }} />
          {w.paints[paint]}
        </li>
      ))}
    </ul>
  );
}
