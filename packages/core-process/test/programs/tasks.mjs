/** What the tests run in children. */
import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  activeChildren,
  currentProcess,
  isMainProcess,
  parentProcess,
  Process,
  startMethods,
} from 'core-process';

export { stopForkServer } from 'core-process';
export const echo = (...args) => args;
export const add = (a, b) => a + b;
export function nothing() {}
export function self() {
  const { pid, name, daemon } = currentProcess();
  return {
    pid,
    name,
    daemon,
    ppid: process.ppid,
    isMainProcess,
    argv: process.argv,
    execArgv: process.execArgv,
  };
}
export function parent() {
  const { pid, name } = parentProcess();
  return { pid, name, isAlive: parentProcess().isAlive() };
}
export function describe() {
  return {
    cwd: process.cwd(),
    env: { ...process.env },
    children: activeChildren().length,
    methods: startMethods(),
  };
}
export function forever() {
  return new Promise((resolve) => setInterval(resolve, 1e9, 'never'));
}
export function spin() {
  for (;;);
}
export function stubborn() {
  process.on('SIGTERM', () => writeSync(1, 'not yet\n'));
  process.on('SIGINT', () => writeSync(1, 'nor now\n'));
  writeSync(1, 'ready\n');
  return forever();
}
export function exitWith(code) {
  process.exit(code);
}
export function exitCodeOf(code) {
  process.exitCode = code;
  return 'done';
}
export class TicketError extends RangeError {
  constructor(seat, options) {
    super(`seat ${seat} is taken`, options);
    this.name = 'TicketError';
    this.code = 'ERR_TAKEN';
    this.seat = seat;
  }
}
class HiddenError extends Error {}
export function throwTicket() {
  throw new TicketError(7, { cause: new TypeError('no such row', { cause: 'a string' }) });
}
export function throwHidden() {
  throw Object.assign(new HiddenError('hidden'), { detail: { a: 1 }, callback: () => 1 });
}
export function throwMany() {
  throw new AggregateError([new Error('one'), new TicketError(2)], 'both');
}
export function throwValue(kind) {
  throw { zero: 0, undefined, null: null, text: 'text', object: { a: 1 } }[kind];
}
export function throwLater() {
  setTimeout(() => {
    throw new TicketError(9);
  }, 1);
  return forever();
}
export async function rejectLater() {
  void Promise.reject(new TicketError(10));
  return forever();
}
export const uncloneable = () => ({ list: [1, { callback: nothing }] });
export const never = () => new Promise(() => {});
export const big = (bytes) => Buffer.alloc(bytes, 7);
export function write(text, times = 1) {
  for (let i = 0; i < times; i++) process.stdout.write(text);
}
export function writeBoth() {
  console.log('out 1\nout 2');
  console.error('err');
  process.stdout.write('last, without its end \u00e9');
}
export function closeOwnOutput() {
  process.stdout.destroy();
  process.stderr.destroy();
  return 'alive';
}
export function atExit() {
  process.on('exit', (code) => writeSync(1, `exit handler ${code}\n`));
}
export function leaveThread() {
  const worker = new Worker('setTimeout(() => require("node:fs").writeSync(1, "thread done\\n"), 200)', {
    eval: true,
  });
  worker.ref();
  setTimeout(() => writeSync(1, 'timer done\n'), 100);
}
/** Without files of /proc: glibc's allocator reads overcommit_memory there, on whichever thread first frees a lot. */
export function openDescriptors() {
  return import('node:fs').then((fs) =>
    fs.readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const file = fs.readlinkSync(`/proc/self/fd/${fd}`);
        return file.startsWith('/proc/') ? [] : [`${fd} ${file}`];
      } catch (error) {
        if (error.code === 'ENOENT') return [];
        throw error;
      }
    }),
  );
}
export async function recurse(depth, path = []) {
  const found = [path];
  for (const branch of depth > 0 ? [0, 1] : []) {
    const child = new Process({ target: recurse, args: [depth - 1, [...path, branch]], stdio: 'ignore' });
    child.start();
    found.push(...(await child.result));
    await child.join();
  }
  return found;
}
export async function childOfChild() {
  const child = new Process({ target: self });
  child.start();
  return { own: self(), child: await child.result, parent: parent() };
}
export async function untilAborted() {
  const { signal } = currentProcess();
  writeSync(1, 'listening\n');
  await new Promise((resolve, reject) => {
    setInterval(() => {}, 1e9);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
export async function stopWhenAborted() {
  const timer = setInterval(() => {}, 1e9);
  writeSync(1, 'listening\n');
  await new Promise((resolve) => currentProcess().signal.addEventListener('abort', resolve));
  clearInterval(timer);
  return 'put away';
}
export function stubbornTree() {
  void stubborn();
  const child = new Process({ target: stubborn, daemon: false });
  child.start();
  writeSync(1, `grandchild ${child.pid}\n`);
  return forever();
}
export class Greeter {
  constructor(name) {
    this.name = name;
  }
  run() {
    return `hello ${this.name}`;
  }
}
export class Counter extends Process {
  constructor(from, options) {
    super(options);
    this.from = from;
    this.history = new Map([['start', from]]);
  }
  run() {
    this.history.set('end', this.from + 1);
    return {
      name: this.name,
      pid: this.pid,
      daemon: this.daemon,
      alive: this.isAlive(),
      history: this.history,
      class: inspect(this),
    };
  }
}
export class Untouched extends Process {}
export class BadField extends Process {
  handler = () => 1;
  run() {}
}
export const notAFunction = 42;
export default function byDefault() {
  return 'default';
}
export async function environmentAtDepth(depth) {
  const size = Object.keys(process.env).length + process.execArgv.length;
  if (depth === 0) return [size];
  const child = new Process({ target: environmentAtDepth, args: [depth - 1] });
  child.start();
  return [size, ...(await child.result)];
}
function hidden() {}
export const hiddenFunction = () => hidden;
export const closureCalled = (name) => ({ [name]: () => name })[name];
export const lengthOf = (bytes) => bytes.length;
export const sleepFor = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
