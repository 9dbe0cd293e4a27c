import { writeFileSync } from 'node:fs';
import { cpu, fcfs, io, renderGanttSvg, roundRobin, serial, simulate } from 'scheduler-model';

// The same amount of computing: once without a break, once with waiting in between.
const computing = [
  { name: 'loop 1', script: [cpu(12)] },
  { name: 'loop 2', script: [cpu(12)] },
];
const waiting = [
  { name: 'waits', script: [cpu(3), io(5), cpu(3), io(5), cpu(3), io(5), cpu(3)] },
  { name: 'loop', script: [cpu(12)] },
];
const machine = { contextSwitch: 1, unit: 'ms' };
const turns = roundRobin({ quantum: 4 });

const runs = {
  'computing one by one': simulate(computing, { policy: fcfs(), machine }),
  'computing in turns': simulate(computing, { policy: turns, machine }),
  'waiting one by one': simulate(waiting, { policy: serial(), machine }),
  'waiting in turns': simulate(waiting, { policy: turns, machine }),
};

for (const [name, run] of Object.entries(runs)) {
  const { makespan, contextSwitches, meanResponse } = run.metrics;
  console.log(
    `${name}: done after ${makespan} ms, ${contextSwitches} switches, first answer after ${meanResponse} ms`,
  );
  writeFileSync(`${name.replaceAll(' ', '-')}.svg`, renderGanttSvg(run, { title: name, width: 720 }));
}
