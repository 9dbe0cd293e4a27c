/** Targets that do what targets rarely do. */
import { writeSync } from 'node:fs';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { currentProcess, isMainProcess, parentProcess, Process } from 'core-process';

export function throwCycle() {
  const [one, other] = [new Error('one'), new Error('other')];
  one.cause = other;
  other.cause = one;
  throw one;
}
export function returnCycle() {
  const error = new Error('itself');
  error.cause = error;
  return { error };
}
export function throwOdd(kind) {
  const error = new Error('odd');
  if (kind === 'getter') {
    Object.defineProperty(error, 'trap', {
      enumerable: true,
      get: () => {
        throw new Error('not to be read');
      },
    });
  }
  if (kind === 'constructor') error.constructor = null;
  if (kind === 'proxy') {
    const { proxy, revoke } = Proxy.revocable(error, {});
    revoke();
    // oxlint-disable-next-line no-throw-literal
    throw proxy;
  }
  throw error;
}
export function writeNoise() {
  writeSync(4, Buffer.from([4, 0, 0, 0, 1, 2, 3, 4]));
  return 'unheard';
}
export async function handleStrayError() {
  process.on('uncaughtException', () => {});
  setTimeout(() => {
    throw new Error('stray');
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return 'fine';
}
export function exitFromHandler() {
  process.on('uncaughtException', () => process.exit(3));
  setTimeout(() => {
    throw new Error('fatal');
  }, 1);
  return new Promise(() => {});
}
async function untilAborted() {
  const { signal } = currentProcess();
  if (!signal.aborted) await once(signal, 'abort');
}
export async function onlyAwaitsSignal() {
  await untilAborted();
  return currentProcess().signal.reason.name;
}
export async function throwsIfAborted() {
  await untilAborted();
  currentProcess().signal.throwIfAborted();
}
export async function inThread() {
  const thread = new Worker(new URL(import.meta.url));
  const [told] = await once(thread, 'message');
  await thread.terminate();
  return told;
}
export function watchesParent() {
  parentProcess().prependOnceListener('orphaned', () => {
    writeSync(1, 'told\n');
    process.exit();
  });
  setInterval(() => {}, 1e9);
}
export class Named extends Process {
  title = 'worker';
  constructor(options) {
    super(options);
    Object.defineProperty(this, 'exitCode', { value: 7, enumerable: true });
  }
  run() {
    const codes = [];
    for (const use of ['join', 'terminate', 'joinSync']) {
      try {
        const answer = this[use]();
        answer?.catch?.(() => {});
      } catch (error) {
        codes.push(error.code);
      }
    }
    return { title: this.title, exitCode: this.exitCode, exit: this.exit, codes };
  }
}

if (!isMainThread && parentPort !== null) {
  const { name, daemon } = currentProcess();
  parentPort.postMessage({ isMainProcess, name, daemon, parent: parentProcess()?.pid });
}
