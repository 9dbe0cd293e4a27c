/**
 * `node docs/holder-killed.mjs`: four processes take one lock in turn, one is killed with it, and what each did when is
 * drawn as docs/holder-killed.svg. What is drawn is what happened in that run.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Lock, SharedArray } from 'ipc-lock';

const PROCESSES = 4;
const TURNS = 5;
/** How long each holds it, in milliseconds. */
const HELD_MS = 12;
/** The turn of the first process in which it is killed. */
const FATAL_TURN = 2;
const key = Symbol.for('core-process.handover');
const now = () => Number(process.hrtime.bigint()) / 1e6;
/** Of each turn of each process: when it asked, when it had it, when it released it, whether it was told of a death. */
const FIELDS = 4;
const KILLED_AT = PROCESSES * TURNS * FIELDS;

async function rebuild({ module, export: name, data }) {
  return (await import(module))[name](data);
}

function busy(ms) {
  for (const until = now() + ms; now() < until; );
}

async function take(lock, turns, index) {
  process.send('ready');
  await once(process, 'message');
  for (let turn = 0; turn < TURNS; turn++) {
    const at = (index * TURNS + turn) * FIELDS;
    turns.array[at] = now();
    const guard = await lock.acquire();
    turns.array[at + 1] = now();
    turns.array[at + 3] = guard.abandoned === null ? 0 : 1;
    if (index === 0 && turn === FATAL_TURN) {
      busy(HELD_MS / 2);
      turns.array[KILLED_AT] = now();
      process.kill(process.pid, 'SIGKILL');
    }
    busy(HELD_MS);
    turns.array[at + 2] = now();
    guard.release();
    await new Promise(setImmediate);
  }
  process.exit();
}

function text(x, y, words, rest = '') {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="12" fill="#1f2933" ${rest}>${words}</text>`;
}

function draw(turns, began, killedAt) {
  const LANE = 40;
  const TOP = 64;
  const LEFT = 96;
  const WIDTH = 760;
  const all = turns.flatMap((lane) => lane.filter(({ had }) => had > 0));
  const end = Math.max(...all.map(({ released }) => released));
  const x = (time) => LEFT + (WIDTH * (time - began)) / (end - began);
  const bar = (from, to, y, height, fill) =>
    `<rect x="${x(from).toFixed(1)}" y="${y}" width="${Math.max(1, x(to) - x(from)).toFixed(1)}" height="${height}" rx="2" fill="${fill}"/>`;
  const next = all.find(({ told }) => told);
  const lanes = turns.flatMap((lane, index) => {
    const y = TOP + index * LANE;
    return [
      text(16, y + 15, `process ${index + 1}`),
      ...lane.flatMap(({ asked, had, released, told }) => {
        if (had === 0) return [];
        const last = released === 0 ? killedAt : released;
        return [
          bar(asked, had, y + 8, 6, '#cbd2d9'),
          bar(had, last, y, 22, released === 0 ? '#d55e00' : told ? '#009e73' : '#0072b2'),
        ];
      }),
    ];
  });
  const bottom = TOP + PROCESSES * LANE;
  const gap = next.had - killedAt;
  // So that the words have room.
  const isLate = killedAt - began > (end - began) / 2;
  const note = [
    `<rect x="${x(killedAt).toFixed(1)}" y="${TOP - 12}" width="${(x(next.had) - x(killedAt)).toFixed(1)}" height="${bottom - TOP + 6}" fill="#d55e00" opacity="0.08"/>`,
    text(
      x(isLate ? next.had : killedAt),
      TOP - 18,
      `SIGKILL; ${gap.toFixed(0)} ms later the next has it, and is told`,
      `text-anchor="${isLate ? 'end' : 'start'}"`,
    ),
  ];
  const ticks = [];
  for (let ms = 0; ms <= end - began; ms += 50) {
    ticks.push(text(x(began + ms), bottom + 14, `${ms} ms`, 'text-anchor="middle" opacity="0.6"'));
  }
  const legend = [
    ['#cbd2d9', 'waits'],
    ['#0072b2', 'holds the lock'],
    ['#d55e00', 'is killed with it'],
    ['#009e73', 'is told of it: guard.abandoned'],
  ].map(
    ([fill, words], index) =>
      `<rect x="${LEFT + index * 160}" y="14" width="12" height="12" rx="2" fill="${fill}"/>${text(LEFT + 18 + index * 160, 24, words)}`,
  );
  const width = LEFT + WIDTH + 40;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 26}" width="${width}" height="${bottom + 26}" font-family="system-ui, Helvetica, Arial, sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${[...legend, ...note, ...lanes, ...ticks].join('\n')}
</svg>
`;
}

async function main() {
  const lock = new Lock();
  const turns = new SharedArray('float64', KILLED_AT + 1);
  const handovers = JSON.stringify([lock[key](), turns[key]()]);
  const children = Array.from({ length: PROCESSES }, (_, index) =>
    fork(fileURLToPath(import.meta.url), [String(index), handovers]),
  );
  const ended = children.map((child) => once(child, 'exit'));
  await Promise.all(children.map((child) => once(child, 'message')));
  const began = now();
  for (const child of children) child.send('go');
  await Promise.all(ended);
  const lanes = Array.from({ length: PROCESSES }, (_, index) =>
    Array.from({ length: TURNS }, (_, turn) => {
      const [asked, had, released, told] = turns.array.slice((index * TURNS + turn) * FIELDS);
      return { asked, had, released, told: told === 1 };
    }),
  );
  const killedAt = turns.array[KILLED_AT];
  lock.close();
  const svg = draw(lanes, began, killedAt);
  turns.close();
  writeFileSync(new URL('holder-killed.svg', import.meta.url), svg);
}

const [index, handovers] = process.argv.slice(2);
if (index === undefined) await main();
else await take(...(await Promise.all(JSON.parse(handovers).map(rebuild))), Number(index));
