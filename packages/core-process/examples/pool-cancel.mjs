import { Pool, currentTask, isMainProcess } from 'core-process';

export async function patient() {
  const { signal } = currentTask();
  while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
  throw signal.reason; // puts its things away, and its worker lives
}

export function stubborn() {
  for (;;); // never looks at its signal: its worker is killed, and replaced
}

if (isMainProcess) {
  const pool = new Pool({ processes: 2, gracePeriod: 200 });

  const late = pool.apply(patient, [], { timeout: 50 }); // from the moment at which it runs
  console.log(await late.catch((error) => error.code));

  const signal = AbortSignal.timeout(50);
  console.log(await pool.apply(stubborn, [], { signal }).catch((error) => error.name));

  pool.terminate(); // ends the workers at once
  await pool.join();
}
