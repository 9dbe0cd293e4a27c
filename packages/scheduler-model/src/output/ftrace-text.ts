// A run as the text that Linux's function tracer writes, for the programs that read that.

import type { Run } from '../simulation.js';
import { toKernelEvents } from './kernel-events.js';
import { microseconds } from './units.js';

/**
 * The scheduling events of a run as ftrace text. Ticks count as microseconds unless the machine's unit
 * says what they are (`ns`, `µs`, `ms`, `s`).
 */
export function toFtraceText(run: Run): string {
  const scale = microseconds(run.machine.unit);
  const lines = toKernelEvents(run).map(({ time, core, pid, name, fields }) => {
    const who =
      pid === 0 ? '<idle>' : (run.processes[pid - 1]?.name ?? '').replaceAll(/\s/g, '_').slice(0, 15);
    const task = `${who}-${pid}`.padStart(23);
    const stamp = ((time * scale) / 1e6).toFixed(6).padStart(12);
    const words = (entries: readonly (readonly [string, string | number])[]): string =>
      entries
        .map(([key, value]) => `${key}=${typeof value === 'string' ? value.replaceAll(/\s/g, '_') : value}`)
        .join(' ');
    const entries = Object.entries(fields);
    const split = entries.findIndex(([key]) => key === 'next_comm');
    const text =
      split === -1 ? words(entries) : `${words(entries.slice(0, split))} ==> ${words(entries.slice(split))}`;
    return `${task} [${String(core).padStart(3, '0')}] d..2. ${stamp}: ${name}: ${text}\n`;
  });
  return `# tracer: nop\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n#              | |         |   |||||     |         |\n${lines.join('')}`;
}
