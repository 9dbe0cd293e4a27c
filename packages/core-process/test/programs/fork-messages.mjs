/** Pipes, queues and pools over a process that copies itself: node --single-threaded --v8-pool-size=1 fork-messages.mjs; prints JSON. */
import { JoinableQueue, Pipe, Pool, Process, Queue } from 'core-process';

const start = (target, ...args) =>
  new Process({ startMethod: 'fork', stdio: 'ignore', target, args }).start();
const ended = [];
const join = async (process) => {
  await process.join();
  ended.push(process.exit.reason);
};

// A connection as an argument, and one that the closure has.
const [here, there] = Pipe();
const asked = start(async (connection) => {
  const question = await connection.recv();
  await connection.send({ answer: question.value * 2, pid: process.pid });
  connection.close();
}, there);
await here.send({ value: 21 });
const { answer, pid } = await here.recv();
await join(asked);

// A queue with two who give and two who take.
const jobs = new JoinableQueue();
const results = new Queue();
const takers = [0, 1].map(() =>
  start(
    async (from, to) => {
      for (let job = await from.get(); job !== null; job = await from.get()) {
        await to.put(job * job);
        from.taskDone();
      }
      from.taskDone();
    },
    jobs,
    results,
  ),
);
const givers = [1, 2].map((first) =>
  start(async (queue) => {
    for (let number = first; number <= 10; number += 2) await queue.put(number);
  }, jobs),
);
await Promise.all(givers.map(join));
await jobs.join();
for (let taker = 0; taker < 2; taker++) await jobs.put(null);
const squares = [];
while (squares.length < 10) squares.push(await results.get());
await Promise.all(takers.map(join));

// A copy hands the queue on to a copy of its own.
await join(
  start(
    async (queue, message) => {
      const inner = new Process({
        startMethod: 'fork',
        stdio: 'ignore',
        target: (inherited) => inherited.put(message),
        args: [queue],
      }).start();
      await inner.join();
      await queue.put('from the child');
    },
    results,
    'from the grandchild',
  ),
);
const passedOn = [await results.get(), await results.get()];

// A pool whose workers are copies: one that is killed is replaced by another copy.
const pool = new Pool({ processes: 2, startMethod: 'fork', onWorkerDeath: 'retry' });
const tasks = new URL('pool-tasks.mjs', import.meta.url);
const mapped = await pool.map(new URL('#square', tasks), [1, 2, 3, 4]);
const afterDeath = await pool.apply(new URL('#killOnce', tasks), [process.argv[2]]);
pool.close();
await pool.join();

console.log(
  JSON.stringify({
    answer: [answer, pid === asked.pid],
    squares: squares.toSorted((one, other) => one - other),
    passedOn,
    mapped,
    afterDeath,
    ended,
  }),
);
jobs.close();
results.close();
