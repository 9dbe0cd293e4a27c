import { cpu, io, renderGanttText, roundRobin, serial, simulate } from 'scheduler-model';

// Operating Systems: Three Easy Pieces, chapter 7.8, in units of 10 ms.
const processes = [
  { name: 'A', script: [cpu(1), io(1), cpu(1), io(1), cpu(1), io(1), cpu(1), io(1), cpu(1)] },
  { name: 'B', script: [cpu(5)] },
];

const modes = {
  serial: { policy: serial() },
  concurrent: { policy: roundRobin({ quantum: 1 }) },
  parallel: { policy: roundRobin({ quantum: 1 }), machine: { cores: 2 } },
};

for (const [mode, options] of Object.entries(modes)) {
  const run = simulate(processes, options);
  const { makespan, utilization } = run.metrics;
  console.log(`${mode}: ${makespan} ticks, ${Math.round(utilization * 100)} % of the cores' time used`);
  console.log(renderGanttText(run));
}
