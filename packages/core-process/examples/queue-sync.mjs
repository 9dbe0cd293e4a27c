import { Process, Queue, isMainProcess } from 'core-process';

// No async and no await, as one would write it in Python.
export function work(jobs, results) {
  for (let job = jobs.getSync(); job !== null; job = jobs.getSync()) results.putSync(job * job);
}

if (isMainProcess) {
  const jobs = new Queue(2); // putSync() waits while two are in it
  const results = new Queue();
  const workers = [1, 2].map(() => new Process({ target: work, args: [jobs, results] }).start());

  for (let job = 1; job <= 4; job++) jobs.putSync(job);
  const squares = [1, 2, 3, 4].map(() => results.getSync({ timeout: 10_000 }));
  console.log(squares.toSorted((a, b) => a - b));

  for (const _ of workers) jobs.putSync(null);
  for (const worker of workers) worker.joinSync();
  console.log(workers.map((worker) => worker.exitCode));

  jobs.close();
  results.close();
}
