/** No guard, and a target elsewhere that imports this program: each child would start the next. */
import { setTimeout } from 'node:timers/promises';
import { getContext } from 'core-process';

const [, , method, when] = process.argv;
const { Process } = getContext(method);

async function startOne() {
  if (when === 'after an await') await setTimeout(1);
  const child = new Process({ target: new URL('./import-program.mjs#importProgram', import.meta.url) });
  child.start();
  await child.join();
}
await startOne();
