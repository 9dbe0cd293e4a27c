/** Whether a pool keeps what it was given and what it gave; run with --expose-gc. */
import { setImmediate as turn } from 'node:timers/promises';
import { Pool } from 'core-process';
import { echo } from './pool-tasks.mjs';

const pool = new Pool({ processes: 1 });

async function send() {
  const argument = { large: Array.from({ length: 1000 }, (_, index) => index) };
  const result = await pool.apply(echo, [argument]);
  return { argument: new WeakRef(argument), result: new WeakRef(result) };
}

const references = await send();
const state = (reference) => (reference.deref() === undefined ? 'gone' : 'kept');
for (let tries = 0; tries < 100; tries++) {
  await turn();
  gc();
  if (state(references.argument) === 'gone' && state(references.result) === 'gone') break;
}
console.log(JSON.stringify({ argument: state(references.argument), result: state(references.result) }));
