/** Awaits, while it is itself still being evaluated, an error whose class it exports: by function, or by URL. */
import { isMainProcess, Process } from 'core-process';

export class SoldOut extends Error {}
export function fail() {
  throw new SoldOut('no ticket is left');
}

if (isMainProcess) {
  const target = process.argv[2] === 'url' ? new URL('#fail', import.meta.url) : fail;
  const child = new Process({ target, stdio: 'ignore' }).start();
  const error = await child.result.catch((thrown) => thrown);
  console.log(error instanceof SoldOut, error.name, error.message);
}
