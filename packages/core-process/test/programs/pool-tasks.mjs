/** What the tests of pools run in workers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { currentTask, isMainProcess, Pool } from 'core-process';

export const square = (number) => number * number;
export const add = (a, b) => a + b;
export const echo = (value) => value;
export const pid = () => process.pid;
export const isMain = () => isMainProcess;
export const environment = (name) => process.env[name];

export async function sleepFor(milliseconds, value) {
  await sleep(milliseconds);
  return value;
}

export function spinFor(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
  return process.pid;
}

export function spinForEver() {
  for (;;);
}

/** Ends only by its signal. */
export async function waitForAbort() {
  const { signal } = currentTask();
  signal.throwIfAborted();
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  throw signal.reason;
}

export function waitForEver() {
  return new Promise(() => undefined);
}

export class PaintError extends RangeError {
  constructor(colour) {
    super(`no ${colour} left`);
    this.name = 'PaintError';
    this.colour = colour;
    this.code = 'ERR_PAINT';
    this.cause = new TypeError('the bucket is empty');
  }
}

export function paint(colour) {
  throw new PaintError(colour);
}

/** Anything can be thrown. */
export function throwFalsy(which) {
  const values = [0, undefined, null, ''];
  // oxlint-disable-next-line typescript/only-throw-error
  throw values[which];
}

export function failAt(limit, value) {
  if (value >= limit) throw new RangeError(`${value} is too much`);
  return value;
}
export const failFrom3 = (value) => failAt(3, value);

export function unsendable() {
  return { deep: [1, { inner: () => undefined }] };
}

/** Ends the process in one of the ways there are. */
export function die(how) {
  switch (how) {
    case 'exit':
      return process.exit(7);
    case 'SIGKILL':
    case 'SIGSEGV':
      process.kill(process.pid, how);
      return waitForSignal();
    case 'out of memory': {
      const hoard = [];
      for (;;) hoard.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
    }
    case 'uncaught':
      setImmediate(() => {
        throw new PaintError('blue');
      });
      return new Promise(() => undefined);
    default:
      throw new Error(`There is no way to die called ${how}.`);
  }
}

function waitForSignal() {
  for (;;);
}

/** Ends the process, or throws, where it is taken apart (`pack`) or put together again (`unpack`). */
export class Grenade {
  constructor(where, how) {
    this.where = where;
    this.how = how;
  }

  [Symbol.for('core-process.handover')]() {
    if (this.where === 'pack') void explode(this);
    return { module: import.meta.url, export: 'explode', data: { where: this.where, how: this.how } };
  }
}

export function explode({ how }) {
  if (how === 'throw') throw new PaintError('red');
  return die(how);
}

export const throwGrenade = (where, how) => new Grenade(where, how);

let initialized;
export function initialize(value) {
  initialized = value;
}
export const initializedWith = () => initialized;
export const failInitializer = () => {
  throw new PaintError('green');
};

let hoard;
export function grow(bytes) {
  hoard = Buffer.alloc(bytes, 1);
  return { pid: process.pid, kept: hoard.byteLength };
}

export async function* countTo(limit, file) {
  try {
    for (let number = 0; number < limit; number++) yield number;
  } finally {
    if (file !== undefined) (await import('node:fs')).writeFileSync(file, 'closed');
  }
}

export async function reportTwice() {
  currentTask().reportProgress({ done: 1 });
  currentTask().reportProgress({ done: 2 });
  return 'end';
}

export async function poolInside(numbers) {
  const pool = new Pool({ processes: 2 });
  const squares = await pool.map(square, numbers);
  pool.close();
  await pool.join();
  return squares;
}

/** Says its pid, then works: for tests that kill it from outside. */
export async function announce(file) {
  const { renameSync, writeFileSync } = await import('node:fs');
  writeFileSync(`${file}.new`, String(process.pid));
  renameSync(`${file}.new`, file);
  return await new Promise(() => setInterval(() => undefined, 1e6));
}

export const dieUnlessNone = (how) => (how === 'none' ? 'alive' : die(how));

/** The first attempt is killed, the second one finds its traces. */
export async function killOnce(file) {
  const { existsSync, writeFileSync } = await import('node:fs');
  if (existsSync(file)) return 'second attempt';
  writeFileSync(file, '');
  return die('SIGKILL');
}

export async function killOther(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Killed by its own victim's predecessor already.
    if (error.code !== 'ESRCH') throw error;
  }
  await sleep(20);
  return 'survived';
}

export async function sleepOrNot(milliseconds) {
  if (milliseconds > 0) await sleep(milliseconds);
  return milliseconds;
}

export function throwIt(value) {
  throw value;
}
