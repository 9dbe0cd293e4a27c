import { cpu, fork, renderGanttText, roundRobin, simulate, wait } from 'scheduler-model';

const child = { name: 'child', script: [cpu(3)] };
const run = simulate([{ name: 'parent', script: [fork(child), cpu(6), wait('child'), cpu(1)] }], {
  policy: roundRobin({ quantum: 2 }),
});
console.log(renderGanttText(run));
const [, { zombie }] = run.processes;
console.log(`the child was a zombie for ${zombie} ticks`);
