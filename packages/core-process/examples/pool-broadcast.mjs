import { Pool, isMainProcess } from 'core-process';

let rate = 1;
export const setRate = (value) => {
  rate = value;
  return process.pid;
};
export const convert = (amount) => amount * rate;

if (isMainProcess) {
  const pool = new Pool({ processes: 2 });
  const pids = await pool.broadcast(setRate, [7]); // once in each worker
  console.log(new Set(pids).size, 'workers know');
  console.log(await pool.map(convert, [1, 2, 3]));

  pool.close();
  await pool.join();
}
