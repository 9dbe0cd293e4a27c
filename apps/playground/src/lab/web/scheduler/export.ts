/** Runs as files, by the model's own writers: a picture, and a trace that Perfetto opens. */
import { renderGanttSvg, toChromeTrace } from 'scheduler-model';
import type { Simulated } from './simulation.js';

export function saveSvg({ policy, run }: Simulated, title: string): void {
  download(`${policy}.svg`, 'image/svg+xml', renderGanttSvg(run, { title }));
}

export function saveTrace({ policy, run }: Simulated): void {
  download(`${policy}.json`, 'application/json', JSON.stringify(toChromeTrace(run)));
}

function download(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
