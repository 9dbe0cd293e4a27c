/** Has forgotten the main guard. */
import { Pool } from 'core-process';
import { square } from './pool-tasks.mjs';

export const task = () => 'never';

const pool = new Pool({ processes: 1 });
await pool.apply(square, [1]);
