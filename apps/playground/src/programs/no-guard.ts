/** What nobody should write: a main program that starts a process wherever it is imported. */
import { appendFileSync } from 'node:fs';
import { Process } from 'core-process';

export function task(): string {
  return 'ran';
}

appendFileSync(process.argv[2] as string, `imported by ${process.pid}\n`);
const child = new Process({ target: task, stdio: 'ignore' });
child.start();
child.result.then(
  (value) => appendFileSync(process.argv[2] as string, `result ${value}\n`),
  (error: NodeJS.ErrnoException) => appendFileSync(process.argv[2] as string, `error ${error.code}\n`),
);
