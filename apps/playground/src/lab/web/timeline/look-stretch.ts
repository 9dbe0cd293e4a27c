/** How one look at a real process is drawn. Pure. */
import type { Look } from '../../protocol.js';
import type { Paint, Stretch } from './chart.js';

const PAINT_OF_STATE: Readonly<Record<string, Paint>> = {
  Z: 'zombie',
  X: 'zombie',
  T: 'stopped',
  t: 'stopped',
};

/** Shares smaller than this are the kernel's rounding. */
const LEAST_SHARE = 0.02;

export function stretchOf(
  { state, running, ready }: Pick<Look, 'state' | 'running' | 'ready'>,
  from: number,
  to: number,
): Stretch {
  const paint = PAINT_OF_STATE[state] ?? 'blocked';
  const isBusy = paint === 'blocked' && running + ready > LEAST_SHARE;
  return isBusy ? { from, to, paint, running, ready } : { from, to, paint };
}
