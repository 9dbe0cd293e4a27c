import { writeFileSync } from 'node:fs';
import { compare, cpu, io, modes, renderComparisonText, renderGanttSvg } from 'scheduler-model';

const processes = [
  { name: 'report', script: [cpu(4), io(6), cpu(4), io(6), cpu(4)] },
  { name: 'video', script: [cpu(12)] },
  { name: 'mail', script: [cpu(2), io(8), cpu(2)] },
];

const comparison = compare(processes, modes({ quantum: 2, cores: 2 }), { machine: { unit: 'ms' } });
process.stdout.write(renderComparisonText(comparison));
for (const { name, run } of comparison.runs) {
  writeFileSync(`${name}.svg`, renderGanttSvg(run, { title: name, width: 720 }));
}
