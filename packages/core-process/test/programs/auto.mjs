import { currentProcess, isMainProcess, Pool, Process } from 'core-process';

export const method = () => currentProcess().startMethod;

if (isMainProcess) {
  const child = new Process({ target: method, startMethod: 'auto' }).start();
  const pool = new Pool({ processes: 1, startMethod: 'auto' });
  console.log(await child.result, await pool.apply(method, []));
  pool.close();
  await pool.join();
}
