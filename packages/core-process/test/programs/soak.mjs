/**
 * Starts processes without end in sight, each with work of another kind, and looks at what is left behind.
 *
 * node soak.mjs METHOD STARTS [LANES]; prints one line of JSON, and ends with 1 if anything was wrong.
 */
import { execFile } from 'node:child_process';
import { pbkdf2, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { runInThisContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { isMainProcess, Process, stopForkServer } from 'core-process';

const kinds = {
  memory() {
    let sum = 0;
    for (let round = 0; round < 6; round++) {
      const kept = Array.from({ length: 50_000 }, (_, index) => ({ index, text: `${index}` }));
      sum += kept.length;
    }
    return sum === 300_000;
  },
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
  compiling() {
    const square = runInThisContext(
      '(x) => { let s = 0; for (let i = 0; i < 1e6; i++) s += x * x; return s; }',
    );
    return square(2) === 4e6;
  },
  async threads() {
    const worker = new Worker('require("node:worker_threads").parentPort.postMessage(7)', { eval: true });
    return (await new Promise((resolve) => worker.once('message', resolve))) === 7;
  },
};

export async function work(kind) {
  return { isRight: await kinds[kind](), pid: process.pid, random: Math.random(), id: randomUUID() };
}

/** Of this process and its children: number of descriptors, kilobytes of its own memory, name and state of each child. */
function census() {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1')
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  return [process.pid, ...children].map((pid) => ({
    pid: Number(pid),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    kilobytes: Number(
      /^Private_Dirty:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1],
    ),
    threads: readdirSync(`/proc/${pid}/task`).length,
  }));
}

async function soak(startMethod, starts, lanes) {
  const wrong = [];
  const total = starts;
  const seen = new Set();
  let next = 0;
  const names = Object.keys(kinds);
  const lane = async () => {
    while (next < starts && wrong.length < 10) {
      const kind = names[next++ % names.length];
      if (next % 1000 === 0) console.error(`${process.version}: ${next} of ${total}`);
      const child = new Process({ target: work, args: [kind], startMethod, stdio: 'ignore' }).start();
      const result = await child.result.catch((error) => ({ isRight: false, error: String(error) }));
      await child.join();
      const isRight = result.isRight && result.pid === child.pid && child.exit.reason === 'returned';
      if (!isRight || seen.has(result.id) || seen.has(result.random)) {
        wrong.push({ start: next, kind, exit: child.exit, ...result });
      }
      seen.add(result.id).add(result.random);
    }
  };
  const run = async (until) => {
    const all = starts;
    starts = until;
    await Promise.all(Array.from({ length: lanes }, lane));
    starts = all;
  };
  // What is allocated once is there after the first tenth.
  await run(Math.ceil(starts / 10));
  const before = census();
  const began = performance.now();
  await run(starts);
  const after = census();
  const perStart = (performance.now() - began) / (starts * 0.9);
  return { node: process.version, startMethod, starts: next, perStart, before, after, wrong };
}

if (isMainProcess) {
  const [, , method = 'forkserver', starts = '1000', lanes = '2'] = process.argv;
  const warnings = [];
  process.on('warning', (warning) => warnings.push(String(warning)));
  const report = await soak(method, Number(starts), Number(lanes));
  await stopForkServer();
  console.log(JSON.stringify({ ...report, warnings, left: census().length - 1 }));
  process.exitCode = report.wrong.length === 0 && warnings.length === 0 ? 0 : 1;
}
