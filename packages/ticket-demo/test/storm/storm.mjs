/**
 * The storm of the ticket race: `none` oversells, no other strategy ever does, whoever is killed and when.
 *
 * | part  | what is done                                                        | what has to hold                     |
 * | ----- | ------------------------------------------------------------------- | ------------------------------------ |
 * | race  | `none`, the default load, nobody killed                             | it oversells in 19 of 20 sales       |
 * | kills | each other strategy in turn, up to four of ten buyers killed        | the audit finds nothing              |
 * | tree  | a sale's whole process tree killed at any moment, then held again   | the database is whole, and goes on   |
 *
 * Usage: node storm.mjs [--race N] [--kills N] [--tree N] [--seed N]; prints figures, status 1 if anything broke.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runSale, strategies } from 'ticket-demo';

const text = { type: 'string' };
const { values } = parseArgs({ options: { race: text, kills: text, tree: text, seed: text } });
const count = (name, usual) => Number(values[name] ?? usual);
const seed = count('seed', Math.trunc(Math.random() * 1e6));
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const correct = strategies.filter((strategy) => strategy.correct).map(({ name }) => name);
/** How often something did not hold; told at once, since a storm may be ended before its end. */
let broken = 0;

function tell(line) {
  process.stdout.write(`${line}\n`);
}

function tellBroken(line) {
  broken++;
  tell(`BROKEN ${line}`);
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = randomFrom(seed);
const below = (bound) => Math.floor(random() * bound);

async function race(runs) {
  let oversold = 0;
  for (let run = 0; run < runs; run++) {
    const report = await runSale({ strategy: 'none', seed: seed + run });
    if (report.oversold > 0) oversold++;
  }
  tell(`race: none oversold in ${oversold} of ${runs} sales`);
  if (oversold < Math.floor(runs * 0.95)) tellBroken(`none oversold in ${oversold} of ${runs} sales only`);
}

async function kills(runs) {
  let killed = 0;
  for (let run = 0; run < runs; run++) {
    const strategy = correct[run % correct.length];
    const start = below(2) === 0 ? 'spawn' : 'forkserver';
    const options = { strategy, kill: below(5), tickets: 1 + below(6), seed: seed + run, start };
    const report = await runSale(options);
    killed += report.killed;
    if (report.violations.length > 0) {
      tellBroken(`${JSON.stringify(options)}: ${report.violations.map(({ message }) => message).join(' ')}`);
    }
    if ((run + 1) % 100 === 0)
      tell(`kills: ${run + 1} of ${runs} sales, ${killed} buyers killed, ${broken} broken`);
  }
  tell(`kills: ${runs} sales by ${correct.join(', ')}; ${killed} buyers killed, ${broken} broken`);
}

/** Tickets left and tickets sold are all there ever were, each sold once. */
function checkDatabase(file, all, when) {
  const { tickets, sales } = JSON.parse(readFileSync(file, 'utf8'));
  const numbers = sales.map(({ ticket }) => ticket).toSorted((one, other) => one - other);
  const expected = Array.from({ length: all - tickets }, (_, index) => index + 1);
  if (JSON.stringify(numbers) !== JSON.stringify(expected)) {
    tellBroken(`${when}: ${tickets} of ${all} tickets left, sold ${JSON.stringify(numbers)}`);
  }
  return tickets;
}

async function tree(rounds) {
  const TICKETS = 40;
  let sold = 0;
  for (let round = 0; round < rounds; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-storm-'));
    const file = join(folder, 'db.json');
    const strategy = correct[round % correct.length];
    const sale = (...more) =>
      spawn(process.execPath, [cli, 'run', '--strategy', strategy, '--db', file, ...more], {
        detached: true,
        // Its temporary folders go with this one: a killed sale leaves them.
        env: { ...process.env, TMPDIR: folder },
        stdio: 'ignore',
      });
    try {
      writeFileSync(file, JSON.stringify({ tickets: TICKETS }));
      const victim = sale('--buyers', '30', '--think', '0..3');
      const gone = once(victim, 'exit');
      await sleep(100 + below(700));
      try {
        process.kill(-Number(victim.pid), 'SIGKILL');
      } catch (error) {
        // It has ended by itself.
        if (error.code !== 'ESRCH') throw error;
      }
      await gone;
      const again = sale('--buyers', '4', '--think', '0..3');
      const [status] = await once(again, 'exit');
      if (status !== 0) tellBroken(`tree ${round} (${strategy}): the next sale ended with ${status}`);
      else sold += TICKETS - checkDatabase(file, TICKETS, `tree ${round} (${strategy})`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  tell(`tree: ${rounds} sales killed with all their buyers and held again; ${sold} tickets sold`);
}

tell(`seed ${seed}`);
await race(count('race', 20));
await kills(count('kills', 1000));
await tree(count('tree', 200));
process.exitCode = broken === 0 ? 0 : 1;
