import { prediction, rounds, waitingIsWork } from './prediction.js';

const load = [
  { name: 'computes', steps: [300] },
  { name: 'waits', steps: rounds(15, 5, 15) },
];

export const mixed = prediction({
  id: 'model/mixed',
  claim: {
    en: 'The scheduler model predicts how a process that computes uses the time in which another one waits.',
    zh: '调度模型能预测计算的进程如何利用另一个进程等待的时间。',
  },
  code: `import { cpu, io, predict, renderGanttText } from 'scheduler-model';

const { makespan, run } = predict([
  { name: 'computes', script: [cpu(30)] },
  { name: 'waits', script: [cpu(5), io(15), cpu(5), io(15)] },
]);
console.log(renderGanttText(run));
console.log('all:', makespan.toFixed(0), 'ms, not', 30 + 2 * (5 + 15));`,
  loads: [load, load],
  blind: {
    instead: { en: 'a model in which waiting keeps the core', zh: '等待时也占着核的模型' },
    model: waitingIsWork,
  },
});
