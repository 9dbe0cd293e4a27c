import { prediction, rounds, waitingIsWork } from './prediction.js';

const waiting = [
  { name: 'a', steps: rounds(20, 2, 14) },
  { name: 'b', steps: rounds(20, 2, 14) },
  { name: 'c', steps: rounds(15, 2, 20) },
];

export const ioBound = prediction({
  id: 'model/io-bound',
  claim: {
    en: 'The scheduler model predicts when processes end that mostly wait, and how often they give their core up.',
    zh: '调度模型能预测多数时间在等待的进程何时结束，以及让出 CPU 多少次。',
  },
  code: `import { cpu, io, predict } from 'scheduler-model';

const waits = Array.from({ length: 20 }, () => [cpu(2), io(14)]).flat();
const { makespan, processes } = predict([
  { name: 'a', script: waits },
  { name: 'b', script: waits },
]);
for (const { name, turnaround, voluntarySwitches } of processes) {
  console.log(name, turnaround.toFixed(0), 'ms, gave the core up', voluntarySwitches, 'times');
}
console.log('all:', makespan.toFixed(0), 'ms');`,
  loads: [waiting, waiting],
  blind: {
    instead: { en: 'a model in which waiting keeps the core', zh: '等待时也占着核的模型' },
    model: waitingIsWork,
  },
});
