/**
 * `node starts.mjs [--share N] [--seed N]`: a start by forkserver, stopped at each of its steps in turn; there the
 * owner, the server, or the process that was made last gets SIGKILL. Afterwards all go on. Nothing may hang, every
 * process that was started is accounted for, and a second later nothing of them is left.
 *
 * With a share, only so many of the cases, chosen by the seed. Ends with 1 if anything did not hold.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const LONGEST_LEFT_MS = 1000;
const HANGS_MS = 30_000;
/** The first copy is the one by which a server shows that copies work. */
const [TRIAL, FIRST] = [1, 2];

/** Step, and which pass of it. */
const steps = [
  ['owner: before the server', 1],
  ['owner: server started', 1],
  ['owner: server told what to load', 1],
  ['server: loaded', 1],
  ['owner: adopts orphans', 1],
  ['server: before the template', 1],
  ['server: template made', 1],
  ['template: born', 1],
  ['template: adopted', 1],
  ['owner: template there', 1],
  ...[TRIAL, FIRST].flatMap((pass) =>
    [
      'owner: copy asked for',
      'template: asked',
      'template: copied',
      'copy: born',
      'owner: copy made',
      'owner: copy heard',
      'copy: said hello',
    ].map((step) => [step, pass]),
  ),
  // The trial has no target, and the rehearsals of the server pass these steps, too.
  ['copy: told', 25],
  ['copy: reported', 25],
  ['leaves', 3],
  ['owner: before the end', 1],
];
const victims = ['owner', 'server', 'newest'];

const { values } = parseArgs({
  options: { share: { type: 'string' }, seed: { type: 'string', default: String(Date.now() % 100_000) } },
});
const program = fileURLToPath(new URL('../programs/steps.mjs', import.meta.url));

/** Living processes with that line in their environment, the oldest first. */
function processesWith(mark) {
  const found = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark)) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // Number 22 of proc_pid_stat(5), of which the state is number 3.
      if (state !== 'Z') found.push({ pid: Number(name), startTime: Number(fields[18]) });
    } catch (error) {
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) throw error;
    }
  }
  return found
    .toSorted((one, other) => one.startTime - other.startTime || one.pid - other.pid)
    .map(({ pid }) => pid);
}

async function until(what, isSo, limit = HANGS_MS) {
  const end = performance.now() + limit;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited ${limit} ms for ${what}`);
    await sleep(2);
  }
}

async function kill([step, pass], victim) {
  const folder = mkdtempSync(join(tmpdir(), 'core-process-steps-'));
  const mark = `CORE_PROCESS_STOP_AT=${folder}|${step}|${pass}`;
  const owner = spawn(process.execPath, [program], {
    env: { ...process.env, CORE_PROCESS_STOP_AT: mark.slice(mark.indexOf('=') + 1) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  owner.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  owner.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = once(owner, 'exit');
  try {
    await until('the step', () => existsSync(join(folder, 'stopped')) || owner.exitCode !== null);
    if (owner.exitCode !== null) throw new Error('the owner ended without it');
    const [, server, ...copies] = processesWith(mark);
    const pid = { owner: owner.pid, server, newest: copies.at(-1) }[victim];
    if (pid === undefined) victim = 'nobody';
    else process.kill(pid, 'SIGKILL');
    writeFileSync(join(folder, 'go'), '');
    const [status, signal] = await Promise.race([
      ended,
      sleep(HANGS_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('the owner hung'))),
    ]);
    const endedAt = performance.now();
    await until('all to be gone', () => processesWith(mark).length === 0, LONGEST_LEFT_MS);
    if (victim === 'owner') {
      if (signal !== 'SIGKILL') throw new Error(`the owner ended with ${status}`);
    } else checkEnds(status, stdout, stderr, pid, victim);
    return { victim, left: performance.now() - endedAt };
  } finally {
    for (const pid of processesWith(mark)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

/** The owner lives: it has to know of all three, and only who was killed may have been. */
function checkEnds(status, stdout, stderr, killed, victim) {
  if (status !== 0 || stderr !== '') throw new Error(`the owner ended with ${status}: ${stderr}`);
  const ends = JSON.parse(stdout);
  for (const { pid, reason, signal } of ends) {
    const isKilled = victim === 'newest' && pid === killed && signal === 'SIGKILL';
    if (reason !== 'returned' && !isKilled) throw new Error(`ends: ${stdout}`);
  }
  if (ends.length !== 3) throw new Error(`ends: ${stdout}`);
}

/** A case for each step and victim, in an order that depends on the seed. */
function cases() {
  const all = steps.flatMap((step) => victims.map((victim) => [step, victim]));
  if (values.share === undefined) return all;
  let state = Number(values.seed);
  // D. E. Knuth's MMIX generator, its upper half.
  const random = () =>
    (state = Number(((BigInt(state) * 6364136223846793005n + 1442695040888963407n) >> 33n) & 0x7fffffffn));
  return all
    .map((each) => [random(), each])
    .toSorted(([one], [other]) => one - other)
    .map(([, each]) => each)
    .slice(0, Number(values.share));
}

let failed = 0;
let worst = 0;
const counts = {};
const chosen = cases();
for (const [step, wanted] of chosen) {
  try {
    const { victim, left } = await kill(step, wanted);
    counts[victim] = (counts[victim] ?? 0) + 1;
    worst = Math.max(worst, left);
  } catch (error) {
    failed++;
    console.log(`\u2717 ${wanted} killed at "${step.join('", pass ')}": ${error.message}`);
  }
}
console.log(
  `${failed === 0 ? '\u2713' : '\u2717'} starts: ${chosen.length} cases, seed ${values.seed}; killed: ` +
    `${Object.entries(counts)
      .map(([victim, count]) => `${victim} ${count}`)
      .join(', ')}; nothing was left after ${worst.toFixed(0)} ms at most`,
);
process.exit(failed === 0 ? 0 : 1);
