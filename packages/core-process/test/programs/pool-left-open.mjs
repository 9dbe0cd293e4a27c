/** Ends with a pool that nobody has closed. */
import { Pool } from 'core-process';
import { sleepFor } from './pool-tasks.mjs';

globalThis.pool = new Pool({ processes: 2 });
await Promise.all([1, 2].map(() => globalThis.pool.apply(sleepFor, [200, 0])));
console.log(String(globalThis.pool.metrics().workers.map(({ pid }) => pid)));
