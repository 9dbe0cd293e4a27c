import { Pool, isMainProcess } from 'core-process';

export const shout = (text: string) => text.toUpperCase();

if (isMainProcess) {
  await using pool = new Pool({ processes: 2 });
  console.log(await pool.apply(shout, ['done']));
} // all tasks have ended here, and all workers
