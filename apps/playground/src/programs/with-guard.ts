/** The same as no-guard.ts, with the guard. */
import { appendFileSync } from 'node:fs';
import { isMainProcess, Process } from 'core-process';

export function task(): string {
  return 'ran';
}

appendFileSync(process.argv[2] as string, `imported by ${process.pid}\n`);
if (isMainProcess) {
  const child = new Process({ target: task, stdio: 'ignore' });
  child.start();
  child.result.then(
    (value) => appendFileSync(process.argv[2] as string, `result ${value}\n`),
    (error: NodeJS.ErrnoException) => appendFileSync(process.argv[2] as string, `error ${error.code}\n`),
  );
}
