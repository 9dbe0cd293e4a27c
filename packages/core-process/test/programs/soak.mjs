/**
 * Starts one process after the other, each with work of another kind, and looks at what is left behind; then
 * keeps a few of them busy for a while.
 *
 * node soak.mjs [--method NAME] [--starts N] [--lanes N] [--load SECONDS] [--table ROWS]; prints one line of JSON, and ends
 * with 1 if anything in it is wrong. A copy that crashed before its first word gives a warning, and is wrong.
 */
import { execFile } from 'node:child_process';
import { pbkdf2, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { runInThisContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { isMainProcess, Process, stopForkServer } from 'core-process';

const objects = (count) => Array.from({ length: count }, (_, index) => ({ index, text: `${index}` }));

/** Rows that a fork server loads beforehand, and all that it starts share. */
const table = objects(Number(process.env.SOAK_TABLE ?? 0));

/** Allocates until V8 has collected, with much that it may not collect. */
function collect() {
  const row = table[Math.floor(Math.random() * table.length)];
  if (row !== undefined) row.text = `${row.index}`;
  const kept = objects(30_000);
  let used = 0;
  for (let rounds = 0; process.memoryUsage().heapUsed >= used && rounds < 1000; rounds++) {
    used = process.memoryUsage().heapUsed;
    objects(2000);
  }
  return [kept, table].every((rows) => rows.every(({ index, text }) => text === String(index)));
}

/** New code each time, optimised for integers, then surprised by other types. */
function compile() {
  const factor = Math.floor(Math.random() * 1e6);
  const sum = runInThisContext(
    `(x, n) => { let s = x - x; for (let i = 0; i < n; i++) s += x * ${factor} + i % 3; return s; }`,
  );
  const expected = (x, n) => x * factor * n + Math.floor(n / 3) * 3;
  const isRight = sum(2, 999_999) === expected(2, 999_999) && sum(0.5, 9) === expected(0.5, 9);
  return isRight && Number.isNaN(sum('no number', 9));
}

const kinds = {
  memory: collect,
  async files() {
    return (await readFile('/proc/self/stat', 'utf8')).startsWith(`${process.pid} `);
  },
  async crypto() {
    return (await promisify(pbkdf2)('password', 'salt', 2000, 32, 'sha256')).length === 32;
  },
  async timers() {
    await Promise.all(Array.from({ length: 20 }, (_, index) => sleep(index % 5)));
    return true;
  },
  async children() {
    const { stdout } = await promisify(execFile)('/bin/echo', ['hello']);
    return stdout === 'hello\n';
  },
  async imports() {
    const { value } = await import(`data:text/javascript,export const value = ${process.pid};`);
    return value === process.pid;
  },
  compiling: compile,
  async threads() {
    const worker = new Worker('require("node:worker_threads").parentPort.postMessage(7)', { eval: true });
    return (await new Promise((resolve) => worker.once('message', resolve))) === 7;
  },
};

export async function work(kind) {
  return { isRight: await kinds[kind](), pid: process.pid, random: Math.random(), id: randomUUID() };
}

/** Every kind of work over and over, in one process. Gives the number of rounds in which all was right. */
export async function load(seconds) {
  const end = performance.now() + seconds * 1000;
  let rounds = 0;
  for (; performance.now() < end; rounds++) {
    for (const [kind, run] of Object.entries(kinds)) {
      // A module that is imported stays in memory.
      if (kind !== 'imports' && !(await run())) throw new Error(`"${kind}" went wrong in round ${rounds}.`);
    }
  }
  return { rounds, ...process.memoryUsage() };
}

const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(/\s+/).filter(Boolean);

/** Of this process and its children: number of descriptors and threads, kilobytes of its own memory; not of files in it. */
function census() {
  return [process.pid, ...childrenOf(process.pid)].map((pid) => ({
    pid: Number(pid),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    kilobytes: Number(/^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]),
  }));
}

/** Its young generation fills up once. A leak of a page for each start would be ten times that in 10,000. */
const SERVER_MAY_GROW_KILOBYTES = 4096;

function leaks(before, after) {
  const found = [];
  if (before.length !== after.length) found.push(`${before.length} processes became ${after.length}`);
  after.forEach(({ pid, descriptors, threads, kilobytes }, index) => {
    const [then, who] = [before[index], index === 0 ? 'the owner' : 'the server'];
    if (pid !== then?.pid) found.push(`${who} is another process: ${then?.pid} became ${pid}`);
    else if (descriptors !== then.descriptors) {
      found.push(`descriptors of ${who}: ${then.descriptors} became ${descriptors}`);
    }
    if (index === 0) return;
    if (threads !== 1) found.push(`the server has ${threads} threads`);
    if (kilobytes > then.kilobytes + SERVER_MAY_GROW_KILOBYTES) {
      found.push(`kilobytes of ${who}: ${then.kilobytes} became ${kilobytes}`);
    }
  });
  return found;
}

async function soak(startMethod, starts, lanes) {
  const wrong = [];
  const seen = new Set();
  const names = Object.keys(kinds);
  let next = 0;
  const start = async (number) => {
    const kind = names[number % names.length];
    const child = new Process({ target: work, args: [kind], startMethod, stdio: 'ignore' }).start();
    const result = await child.result.catch((error) => ({ isRight: false, error: String(error) }));
    await child.join();
    const isRight = result.isRight && result.pid === child.pid && child.exit.reason === 'returned';
    if (!isRight || seen.has(result.id) || seen.has(result.random)) {
      wrong.push({ start: number, kind, exit: child.exit, ...result });
    }
    seen.add(result.id).add(result.random);
  };
  const runUntil = (end) =>
    Promise.all(
      Array.from({ length: lanes }, async () => {
        while (next < end && wrong.length < 10) {
          await start(next++);
          if (next % 500 === 0) console.error(`${process.version} ${startMethod}: ${next} of ${starts}`);
        }
      }),
    );
  // What is allocated once is there after the first tenth.
  const first = Math.ceil(starts / 10);
  await runUntil(first);
  const before = census();
  const began = performance.now();
  await runUntil(starts);
  const msPerStart = (performance.now() - began) / (starts - first);
  const after = census();
  return { starts: next, msPerStart, before, after, wrong, leaks: leaks(before, after) };
}

async function keepBusy(startMethod, seconds, lanes) {
  const children = Array.from({ length: lanes }, () =>
    new Process({ target: load, args: [seconds], startMethod, stdio: 'ignore' }).start(),
  );
  const results = await Promise.all(
    children.map((child) => child.result.catch((error) => ({ error: String(error) }))),
  );
  await Promise.all(children.map((child) => child.join()));
  return results;
}

if (isMainProcess) {
  const { values } = parseArgs({
    options: {
      method: { type: 'string', default: 'forkserver' },
      starts: { type: 'string', default: '1000' },
      lanes: { type: 'string', default: '2' },
      load: { type: 'string', default: '0' },
      table: { type: 'string', default: '0' },
    },
  });
  process.env.SOAK_TABLE = values.table;
  const warnings = [];
  process.on('warning', (warning) => warnings.push(String(warning)));
  const lanes = Number(values.lanes);
  const report = await soak(values.method, Number(values.starts), lanes);
  const seconds = Number(values.load);
  const busy = seconds > 0 ? await keepBusy(values.method, seconds, lanes) : [];
  await stopForkServer();
  const left = childrenOf(process.pid).length;
  const isRight =
    [report.wrong, report.leaks, warnings].every((found) => found.length === 0) &&
    busy.every(({ error }) => error === undefined) &&
    left === 0;
  console.log(
    JSON.stringify({
      node: process.version,
      startMethod: values.method,
      isRight,
      ...report,
      busy,
      warnings,
      left,
    }),
  );
  process.exitCode = isRight ? 0 : 1;
}
