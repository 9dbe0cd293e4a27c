import { Pool, isMainProcess } from 'core-process';

export const square = (n) => n * n;
export async function* countdown(from) {
  for (let n = from; n > 0; n--) yield n;
}

function* everyNumber() {
  for (let n = 1; ; n++) yield n;
}

if (isMainProcess) {
  const pool = new Pool({ processes: 2 });

  // Read as far as needed, never more than a window ahead; leaving the loop cancels the rest.
  for await (const result of pool.imap(square, everyNumber())) {
    console.log(result);
    if (result === 9) break;
  }

  // A generator in a worker; it waits for a slow reader.
  for await (const n of pool.stream(countdown, [3])) console.log(`${n}…`);

  pool.close();
  await pool.join();
}
