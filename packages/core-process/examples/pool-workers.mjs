import { Pool, isMainProcess } from 'core-process';

let greeting;
export function prepare(word) {
  greeting = word; // once in each worker: open files, load models
}
export const greet = (name) => `${greeting}, ${name}`;
export const pid = () => process.pid;

if (isMainProcess) {
  const pool = new Pool({
    processes: 1,
    initializer: prepare,
    initializerArgs: ['Hello'],
    maxTasksPerChild: 3, // a fresh worker after three tasks; maxMemoryPerChild: after so many bytes
    idleTimeout: 10_000, // workers that have nothing to do for so long end
  });

  // Higher priorities first; within one, in order.
  const results = ['egon', 'alex'].map((name, priority) => pool.apply(greet, [name], { priority }));
  console.log(await Promise.race(results), '|', (await Promise.all(results)).join(', '));

  const pids = new Set();
  for (let task = 0; task < 6; task++) pids.add(await pool.apply(pid));
  console.log(pids.size, 'workers,', pool.metrics().died, 'deaths');

  pool.close();
  await pool.join();
}
