/**
 * `node run.mjs [PRIMITIVE…] [--kills N]`: the full kill storm of ipc-lock, 500 kills for each primitive at random, and
 * as many at each step of acquire, wait and release in turn; prints what was seen, and exits with 1 if anything
 * did not hold or nobody got it for more than 100 ms after a death. At last a holder is stopped for 30 s.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { STEPS } from './steps.mjs';

const LONGEST_WAIT_MS = 100;
const STOPPED_SECONDS = 30;
const here = dirname(fileURLToPath(import.meta.url));
const packageFolder = join(here, '..', '..');
const { values, positionals } = parseArgs({
  options: { kills: { type: 'string', default: '500' } },
  allowPositionals: true,
});
const primitives = positionals.length > 0 ? positionals : Object.keys(STEPS);
const unknown = primitives.filter((name) => !(name in STEPS));
if (unknown.length > 0 || !(Number(values.kills) >= 1)) {
  console.error(
    `Usage: pnpm storm locks [PRIMITIVE…] [--kills N], each one of: ${Object.keys(STEPS).join(', ')}`,
  );
  process.exit(2);
}

const built = spawnSync(
  process.execPath,
  [join(packageFolder, 'node_modules', 'tsup', 'dist', 'cli-default.js')],
  {
    cwd: packageFolder,
    stdio: 'inherit',
  },
);
if (built.status !== 0) process.exit(1);

let failed = 0;
for (const primitive of primitives) {
  for (const steps of [undefined, STEPS[primitive].join(',')]) {
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(here, 'storm.mjs'), primitive, values.kills, ...(steps === undefined ? [] : [steps])],
      { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
    );
    const title = `${primitive}, kills ${steps === undefined ? 'at random' : 'at each step'}`;
    if (stdout === '') {
      console.log(`\u2717 ${title}: ended with ${status} and no result`);
      failed++;
      continue;
    }
    const { kills, rounds, wait, failures } = JSON.parse(stdout);
    const problems = [
      ...failures,
      ...(wait.worst > LONGEST_WAIT_MS ? [`nobody got it for ${wait.worst} ms after a death`] : []),
    ];
    console.log(
      `${problems.length === 0 ? '\u2713' : '\u2717'} ${title}: ${kills} kills in ${rounds} rounds; ` +
        `wait after a death p50 ${wait.p50} ms, p99 ${wait.p99} ms, worst ${wait.worst} ms`,
    );
    for (const problem of problems) console.log(`    ${problem}`);
    if (problems.length > 0) failed++;
  }
}
for (const backEnd of ['futex', 'portable']) {
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(here, 'stopped.mjs'), String(STOPPED_SECONDS), backEnd],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  );
  console.log(
    `${status === 0 ? '\u2713' : '\u2717'} a holder stopped for ${STOPPED_SECONDS} s, ${backEnd}: ${stdout.trim()}`,
  );
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
