/**
 * Four processes take and release one primitive without pause; SIGKILL takes one of them at random, again and again.
 *
 * `node storm.mjs SCENARIO[/portable] KILLS [STEPS]`: prints one line of JSON, and exits with 1 if anything did not hold. How
 * long nobody got it after a death is told, and judged by whoever knows how busy the machine is.
 * With STEPS, names between commas, the processes are of the test build and kill themselves at one of these steps.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addressOf, chooseBackEnd } from './rebuild.mjs';
import { scenarios } from './scenarios.mjs';
import { EVENT, MOST_TOKENS, now, Stage } from './stage.mjs';

const PROCESSES = 4;
/** How long nobody may get it after a death, in milliseconds. */
const LONGEST_WAIT_MS = 100;
/** How long nobody may get it at all, in milliseconds: longer than a busy machine lets all processes start. */
const STUCK_MS = 30_000;
/** A step that is not reached for so long, in milliseconds, is seldom; then another is tried. */
const SELDOM_MS = 1000;

const [name, kills, steps] = process.argv.slice(2);
// Of the back end without FFI: `lock/portable`.
const [primitive, backEnd = 'futex'] = name.split('/');
const scenario = scenarios[primitive];
const build = new URL(steps === undefined ? '../../dist/' : '../../dist-steps/', import.meta.url);
const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'storm-'));
/** How many descriptors are open, but for those that Node opens at a time of its own choosing. */
const descriptors = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return !/^(anon_inode:|\/proc|\/dev\/(null|urandom))/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch (error) {
      // That of the listing itself is gone by now.
      if (error.code !== 'ENOENT') throw error;
      return false;
    }
  }).length;
const descriptorsBefore = descriptors();

const stage = new Stage();
chooseBackEnd(backEnd);
const object = scenario.open(directory);
scenario.begin(object, stage);

/** Incarnations that were killed: process id, and from when on each may have been dead. */
const dead = new Map();
const killedAt = [];
const alive = new Set();
const failures = [];
let last = 1;
/** The first ones do not kill themselves: when all are starting at a time nobody could get it. */
const isSpared = (incarnation) => incarnation < 2 + (scenario.parties ?? 1);

function start() {
  const incarnation = ++last;
  const stop =
    steps === undefined || isSpared(incarnation)
      ? ''
      : `${pick(steps.split(','))}:${1 + Math.floor(Math.random() ** 3 * 300)}:SIGKILL`;
  const child = spawn(
    process.execPath,
    [worker, primitive, backEnd, String(incarnation), addressOf(stage.memory), addressOf(object)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        // Each says it for itself, when it has the stage.
        IPC_LOCK_NO_FFI: '0',
        STORM_BUILD: new URL('entry/rebuild.js', build).href,
        IPC_LOCK_STOP_AT: stop,
      },
    },
  );
  const one = { incarnation, child, ended: once(child, 'exit') };
  alive.add(one);
  void one.ended.then(([exitCode, signal]) => {
    alive.delete(one);
    stage.leave(incarnation);
    if (signal === 'SIGKILL') {
      // One that killed itself may have done so at any time.
      dead.set(incarnation, { pid: child.pid, at: one.killedAt ?? 0 });
      if (one.killedAt === undefined) killedAt.push(now());
    } else failures.push(`incarnation ${incarnation} ended with ${exitCode ?? signal}`);
  });
  return one;
}

function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

async function kill(one) {
  one.killedAt = now();
  killedAt.push(one.killedAt);
  one.child.kill('SIGKILL');
  await one.ended;
}

/** Looks again and again; that nobody gets it any more is a fault, whoever was killed where. */
async function until(condition) {
  let { rounds } = stage;
  let progressed = now();
  while (!condition() && failures.length === 0) {
    await sleep(5);
    if (stage.rounds !== rounds) {
      ({ rounds } = stage);
      progressed = now();
    } else if (now() - progressed > STUCK_MS) {
      failures.push(`nobody got it for ${STUCK_MS} ms after ${killedAt.length} kills`);
    }
  }
}

for (let count = 0; count < PROCESSES; count++) start();
const began = stage.rounds;
await until(() => stage.rounds > began);
while (killedAt.length < Number(kills) && failures.length === 0) {
  if (steps === undefined) {
    await sleep(Math.random() * 20);
    // All are at work: one that is only starting has nothing to lose.
    await until(() => [...alive].every(({ incarnation }) => stage.busy[incarnation] === 1));
    if (failures.length === 0) await kill(pick([...alive]));
  } else {
    const before = dead.size;
    const began = now();
    await until(() => dead.size > before || now() - began > SELDOM_MS);
    const waiting = [...alive].filter(({ incarnation }) => !isSpared(incarnation));
    if (dead.size === before && failures.length === 0 && waiting.length > 0) await kill(pick(waiting));
  }
  while (alive.size < PROCESSES && failures.length === 0) start();
  if (stage.rounds > MOST_TOKENS - 1e6) break;
}
const count = killedAt.length;
for (const one of alive) await kill(one);
try {
  await scenario.end(object, stage);
} catch (error) {
  failures.push(`in the end: ${error.message}`);
}
failures.push(...stage.judge(), ...scenario.judge(stage, dead));

// The longest time after each kill in which nobody got it.
const gaps = [...stage.written()].filter(({ kind }) => kind === EVENT.gap);
const waits = killedAt
  .slice(0, count)
  .map((time) =>
    Math.max(
      0,
      ...gaps
        .filter(({ a, b }) => a <= time + LONGEST_WAIT_MS && b >= time)
        .map(({ a, b }) => b - Math.max(a, time)),
    ),
  )
  .toSorted((a, b) => a - b);
const worst = waits.at(-1) ?? 0;

const rounds = stage.rounds;
object.close();
stage.memory.close();
// The wait thread of this process ends when it has nothing to do.
for (let tries = 0; tries < 1000 && descriptors() > descriptorsBefore; tries++) await sleep(10);
if (descriptors() > descriptorsBefore)
  failures.push(`${descriptors() - descriptorsBefore} descriptors left open`);
const left = readdirSync(directory, { recursive: true }).filter(
  (file) => !/storm\.[0-9a-f]+\.[a-z]+(?:\/state)?$/.test(file),
);
if (left.length > 0) failures.push(`left in its folder: ${left.join(', ')}`);
rmSync(directory, { recursive: true });

console.log(
  JSON.stringify({
    scenario: name,
    steps: steps ?? null,
    kills: count,
    rounds,
    wait: { p50: at(0.5), p99: at(0.99), worst: round(worst) },
    failures: failures.slice(0, 10),
  }),
);
process.exitCode = failures.length === 0 ? 0 : 1;

function at(share) {
  return round(waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0);
}

function round(ms) {
  return Math.round(ms * 100) / 100;
}
