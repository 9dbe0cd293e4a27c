import { Pool, isMainProcess } from 'core-process';

export const square = (n) => n * n;
export function half(n) {
  if (n % 2 === 1) throw new RangeError(`${n} has no half`);
  return n / 2;
}

if (isMainProcess) {
  const pool = new Pool({ processes: 2 });
  console.log(await pool.map(square, [1, 2, 3, 4]));
  console.log(await pool.apply(half, [8]));

  const error = await pool.apply(half, [7]).catch((thrown) => thrown);
  console.log(error instanceof RangeError, error.message);

  pool.close(); // no more tasks
  await pool.join(); // the workers have ended
}
