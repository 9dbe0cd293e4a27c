import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool, isMainProcess } from 'core-process';

export function fragile(folder) {
  const trace = join(folder, 'trace');
  if (existsSync(trace)) return 'the second attempt';
  writeFileSync(trace, '');
  return process.kill(process.pid, 'SIGKILL');
}

if (isMainProcess) {
  const folder = mkdtempSync(join(tmpdir(), 'retry-'));

  const careful = new Pool({ processes: 1 }); // onWorkerDeath: 'fail-task'
  const error = await careful.apply(fragile, [folder]).catch((thrown) => thrown);
  console.log(error.code, error.signal, error.task);

  rmSync(join(folder, 'trace'));
  const again = new Pool({ processes: 1, onWorkerDeath: 'retry' });
  console.log(await again.apply(fragile, [folder]));

  for (const pool of [careful, again]) pool.close();
  await Promise.all([careful.join(), again.join()]);
  rmSync(folder, { recursive: true });
}
