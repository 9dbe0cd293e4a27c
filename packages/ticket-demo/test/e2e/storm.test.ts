/** The storm of `npm run storm -- tickets`, in short. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { expect, it } from 'vitest';

const storm = fileURLToPath(new URL('../storm/storm.mjs', import.meta.url));

it('none oversells, no other strategy does, whoever is killed; a killed sale can be held again', async () => {
  const { exitCode, stdout, stderr } = await runProgram([
    storm,
    ...['--race', '4'],
    ...['--kills', '10'],
    ...['--tree', '3'],
  ]);
  console.log(stdout);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}, 300_000);
