/** A pool of copies, and copies made while this process talks to others. */
import { Pool, Process, Queue } from 'core-process';
import { die, echo, pid, square } from './pool-tasks.mjs';

const pool = new Pool({ processes: 2, startMethod: 'fork', stdio: 'ignore' });
const squares = await pool.map(square, [1, 2, 3, 4]);
const large = Buffer.alloc(3_000_000, 7);
const isSame = large.equals(await pool.apply(echo, [large]));
const pids = new Set(await pool.broadcast(pid));
const death = await pool.apply(die, ['SIGKILL']).catch((error) => error.code);

// Each is copied in the middle of what the one before it and the pool are sent.
let trips = 0;
const bounces = [1, 2, 3].map(async () => {
  const [there, back] = [new Queue(), new Queue()];
  const child = new Process({
    startMethod: 'fork',
    stdio: 'ignore',
    args: [there, back],
    target: async (here, out) => {
      for (let trip = 0; trip < 200; trip++) await out.put(await here.get());
    },
  }).start();
  for (let trip = 0; trip < 200; trip++) {
    await there.put(trip);
    if ((await back.get()) === trip && (await pool.apply(square, [trip])) === trip * trip) trips++;
  }
  await child.join();
  there.close();
  back.close();
  return child.exitCode;
});
const exitCodes = await Promise.all(bounces);
console.log(JSON.stringify({ squares, isSame, workers: pids.size, death, trips, exitCodes }));
pool.close();
await pool.join();
