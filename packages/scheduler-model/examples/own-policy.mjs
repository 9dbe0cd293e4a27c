import { cpu, renderGanttText, simulate } from 'scheduler-model';

/** Last come, first served: a stack where others have a queue. */
const lastComeFirstServed = {
  name: 'last-come-first-served',
  start() {
    const ready = [];
    return {
      enqueue: (process) => ready.push(process),
      dequeue: (process) => ready.splice(ready.indexOf(process), 1),
      pickNext: () => ready.at(-1)?.pid,
      sliceFor: () => undefined,
    };
  },
};

const run = simulate(
  [
    { name: 'first', arrival: 0, script: [cpu(4)] },
    { name: 'second', arrival: 1, script: [cpu(4)] },
    { name: 'third', arrival: 2, script: [cpu(4)] },
  ],
  { policy: lastComeFirstServed, machine: { contextSwitch: 1, unit: 'ms' } },
);
console.log(renderGanttText(run));
