import { writeFileSync } from 'node:fs';
import { cpu, io, renderGanttSvg, roundRobin, simulate } from 'scheduler-model';

// Three programs that each wait a lot; the machine has room for one, or for all of them.
const processes = ['a', 'b', 'c'].map((name) => ({
  name,
  memory: 40,
  script: [cpu(2), io(6), cpu(2), io(6), cpu(2)],
}));

for (const size of [40, 120]) {
  const run = simulate(processes, { policy: roundRobin({ quantum: 4 }), machine: { memory: { size } } });
  const used = Math.round(run.metrics.utilization * 100);
  console.log(`memory for ${size / 40}: done after ${run.metrics.makespan} ticks, core used ${used} %`);
  writeFileSync(
    `memory-for-${size / 40}.svg`,
    renderGanttSvg(run, { title: `memory for ${size / 40}`, width: 720 }),
  );
}
