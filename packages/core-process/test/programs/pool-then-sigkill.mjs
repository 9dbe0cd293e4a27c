/** Kills itself while its workers compute. */
import { writeSync } from 'node:fs';
import { Pool } from 'core-process';
import { spinForEver } from './pool-tasks.mjs';

const pool = new Pool({ processes: 2 });
void pool.apply(spinForEver);
void pool.apply(spinForEver);
while (pool.metrics().running < 2) await new Promise((resolve) => setTimeout(resolve, 10));
writeSync(1, String(pool.metrics().workers.map(({ pid }) => pid)));
process.kill(process.pid, 'SIGKILL');
