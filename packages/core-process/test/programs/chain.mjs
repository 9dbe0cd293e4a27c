/** No guard, and a start that no import can be blamed for: each generation starts the next, if nothing stops it. */
import { readFile } from 'node:fs/promises';
import { Process } from 'core-process';

export function task() {}

async function main() {
  await readFile(new URL(import.meta.url));
  const child = new Process({ target: task });
  child.start();
  await child.join();
}
void main().catch((error) => {
  console.log(error.code);
  process.exitCode = 1;
});
