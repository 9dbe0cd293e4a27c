import { coresForAll, prediction } from './prediction.js';

export const cpuBound = prediction({
  id: 'model/cpu-bound',
  claim: {
    en: 'The scheduler model predicts when loops that share cores end.',
    zh: '调度模型能预测共享核的几个循环各在何时结束。',
  },
  code: `import { cpu, predict } from 'scheduler-model';

const { makespan, processes, sliceLength } = predict([
  { name: 'long', script: [cpu(300)] },
  { name: 'short', script: [cpu(100)] },
  { name: 'middle', script: [cpu(200)] },
]);
for (const { name, turnaround } of processes) console.log(name, turnaround.toFixed(0), 'ms');
console.log('all:', makespan.toFixed(0), 'ms, slices of', sliceLength.toFixed(1), 'ms');`,
  loads: [
    [
      { name: 'long', steps: [300] },
      { name: 'short', steps: [100] },
      { name: 'middle', steps: [200] },
    ],
    // On two, loops that can't be shared out evenly would tell more of who was woken where.
    ['a', 'b', 'c', 'd'].map((name) => ({ name, steps: [150] })),
  ],
  blind: {
    instead: { en: 'a model in which each has a core of its own', zh: '每个进程都独占一个核的模型' },
    model: coresForAll,
  },
});
