import { closeSync } from 'node:fs';
import { isMainProcess, Process } from 'core-process';

export function speak() {
  console.log('into nothing');
}
if (isMainProcess) {
  closeSync(1);
  const child = new Process({ target: speak, startMethod: process.argv[2] });
  child.start();
  await child.join();
  process.exitCode = child.exitCode ?? 99;
}
