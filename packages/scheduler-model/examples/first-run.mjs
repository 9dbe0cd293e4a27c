import { cpu, io, renderGanttText, roundRobin, simulate } from 'scheduler-model';

const run = simulate(
  [
    { name: 'a', arrival: 0, script: [cpu(6), io(4), cpu(2)] },
    { name: 'b', arrival: 1, script: [cpu(5)] },
  ],
  { policy: roundRobin({ quantum: 2 }), machine: { cores: 1, contextSwitch: 0 } },
);

console.log(renderGanttText(run));
for (const { name, turnaround, response, run: ran, ready, blocked } of run.processes) {
  console.log(
    `${name}: turnaround ${turnaround} = run ${ran} + ready ${ready} + blocked ${blocked}, response ${response}`,
  );
}
console.log(`utilization ${run.metrics.utilization.toFixed(2)} over ${run.metrics.makespan} ticks`);
