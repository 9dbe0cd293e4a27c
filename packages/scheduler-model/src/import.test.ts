import { expect, test } from 'vitest';
import { cpu, generateWorkload, importOstep, importRtApp, io, lock, periodicTasks, unlock } from './index.js';

test("OSTEP's job lists", () => {
  expect(importOstep('scheduler', '5,2')).toEqual([
    { name: 'job 0', script: [cpu(5)] },
    { name: 'job 1', script: [cpu(2)] },
  ]);
  expect(importOstep('mlfq', '3,5,2:0,4,0', { ioTime: 7 })).toEqual([
    { name: 'job 0', arrival: 3, script: [cpu(2), io(7), cpu(2), io(7), cpu(1)] },
    { name: 'job 1', arrival: 0, script: [cpu(4)] },
  ]);
  expect(importOstep('process-run', 'c3,i:c1')[0]?.script).toEqual([cpu(3), cpu(1), io(5), cpu(1)]);
  expect(importOstep('multi', 'a:20:50')).toEqual([{ name: 'a', script: [cpu(20)], workingSet: 50 }]);
  expect(importOstep('lottery', '10:75')).toEqual([{ name: 'job 0', script: [cpu(10)], tickets: 75 }]);
  expect(() => importOstep('scheduler', '5,x')).toThrow(
    'importOstep(list), job 2 is "x"; give a whole number of ticks.',
  );
});

test('rt-app: phases, loops, instances, timers and locks', () => {
  const workload = importRtApp({
    tasks: {
      worker: {
        instance: 2,
        loop: 2,
        cpus: [0],
        priority: 5,
        phases: {
          first: { loop: 2, run: 100, sleep: 50 },
          second: { lock: 'm', run0: 10, unlock: 'm', timer: { ref: 't', period: 60 } },
        },
      },
      late: { delay: 500, run: 1 },
    },
    global: { duration: 1 },
  });
  const once = [
    cpu(100),
    io(50, 'sleep'),
    cpu(100),
    io(50, 'sleep'),
    lock('m'),
    cpu(10),
    unlock('m'),
    io(50, 'timer'),
  ];
  expect(workload).toEqual([
    { name: 'worker-0', affinity: [0], nice: 5, script: [...once, ...once] },
    { name: 'worker-1', affinity: [0], nice: 5, script: [...once, ...once] },
    { name: 'late', arrival: 500, script: [cpu(1)] },
  ]);
  expect(() => importRtApp({ tasks: { a: { run: 1, barrier: 'b' } } })).toThrow('tasks.a.barrier');
});

test('generated workloads: within their ranges, and the same for the same seed', () => {
  const options = {
    processes: 50,
    seed: 7,
    arrival: [5, 9],
    burst: [2, 3],
    ios: [1, 2],
    io: [4, 4],
    device: 'disk',
  } as const;
  const workload = generateWorkload(options);
  expect(generateWorkload(options)).toEqual(workload);
  expect(generateWorkload({ ...options, seed: 8 })).not.toEqual(workload);
  for (const { arrival, script } of workload) {
    expect(arrival).toBeGreaterThanOrEqual(5);
    expect(arrival).toBeLessThanOrEqual(9);
    expect([3, 5]).toContain(script.length);
  }
  expect(() => generateWorkload({ processes: 1, burst: [5, 2] })).toThrow('burst[1]');
});

test('periodic tasks: a process a release', () => {
  expect(periodicTasks([{ name: 't', period: 10, cost: 3, offset: 2, deadline: 8 }], 22)).toEqual([
    { name: 't#1', arrival: 2, period: 10, deadline: 8, script: [cpu(3)] },
    { name: 't#2', arrival: 12, period: 10, deadline: 8, script: [cpu(3)] },
  ]);
});
