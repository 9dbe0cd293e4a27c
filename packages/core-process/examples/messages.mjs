import { JoinableQueue, Pipe, Process, Queue, isMainProcess } from 'core-process';

export async function answer(connection) {
  for await (const question of connection) await connection.send(`${question}? Yes.`);
}

export async function work(jobs, results) {
  for await (const job of jobs) {
    await results.put(job * job);
    await jobs.taskDone();
  }
}

if (isMainProcess) {
  const [here, there] = Pipe(); // `there` moves to the child
  const p = new Process({ target: answer, args: [there] }).start();
  await here.send('Ready');
  console.log(await here.recv());
  here.close(); // ends the child's loop
  await p.join();

  const jobs = new JoinableQueue(10); // put() waits while ten are in it
  const results = new Queue();
  const workers = [1, 2].map(() => new Process({ target: work, args: [jobs, results] }).start());
  for (let job = 1; job <= 4; job++) await jobs.put(job);
  await jobs.join(); // taskDone() was called for each

  const squares = [];
  while (squares.length < 4) squares.push(await results.get());
  console.log(squares.toSorted((a, b) => a - b));

  for (const worker of workers) worker.terminate();
  await Promise.all(workers.map((worker) => worker.join()));
  jobs.close();
  results.close();
}
