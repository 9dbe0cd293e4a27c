import { cpu, io, predict } from 'scheduler-model';

// Milliseconds of computing and waiting, on one core of a Linux machine.
const { makespan, processes, sliceLength } = predict([
  { name: 'computes', script: [cpu(200)] },
  { name: 'also', script: [cpu(100)] },
  { name: 'waits', script: [cpu(5), io(50), cpu(5)] },
]);
for (const { name, turnaround } of processes) console.log(name, turnaround.toFixed(0), 'ms');
console.log(`all of it: ${makespan.toFixed(0)} ms, slices of ${sliceLength.toFixed(1)} ms`);
