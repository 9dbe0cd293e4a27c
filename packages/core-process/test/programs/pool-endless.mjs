/** How much memory a pool and its worker have taken on between two points of an endless imap; run with --expose-gc. */
import { Pool, isMainProcess } from 'core-process';

export const echo = (value) => value;
export function heapUsed() {
  gc();
  return process.memoryUsage().heapUsed;
}

function* everyNumber() {
  for (let n = 0; ; n++) yield { n, text: 'x'.repeat(100) };
}

if (isMainProcess) {
  const [from, to] = process.argv.slice(2).map(Number);
  const pool = new Pool({ processes: 1, execArgv: ['--expose-gc'] });
  const sizes = async () => ({ pool: heapUsed(), worker: await pool.apply(heapUsed) });
  let before;
  for await (const { n } of pool.imap(echo, everyNumber())) {
    if (n === from) before = await sizes();
    if (n === to) break;
  }
  const after = await sizes();
  console.log(JSON.stringify({ pool: after.pool - before.pool, worker: after.worker - before.worker }));
  pool.close();
  await pool.join();
}
