/**
 * Asynchronous sleep on words in shared memory: one worker thread for all of them, started at first need.
 *
 * It does not keep the process alive, a process that ends wakes it first, and it ends when it had nothing to do for
 * a while. Every watch ends after a slice too: the thread makes waits quick, but none relies on it.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { waitThreadEntry } from '../../entry-urls.js';
import { memoryCalls } from '../../platform/ffi.js';

/** What is said to the thread. */
export type WatchMessage =
  | { readonly watch: number; readonly address: bigint; readonly expected: number }
  | { readonly forget: number };

/** What the thread starts with. */
export interface WaitThreadData {
  readonly port: MessagePort;
  /** See {@link CONTROL}. */
  readonly control: Int32Array;
}

/** Words that this thread and the wait thread share. */
export const CONTROL = {
  /** Counts messages; the thread sleeps while it has not changed. */
  messages: 0,
  /** 1 while the thread is, or is about to be, asleep in a system call. */
  inCall: 1,
  /** 1 when it is to end. */
  ending: 2,
  /** 1 once it watches. */
  ready: 3,
} as const;

/** How long the thread is kept without work, in milliseconds. */
const KEPT_MS = 3000;
/** How often a wait looks while the thread is not there yet, in milliseconds. */
const UNTIL_READY_MS = 2;

class WaitThread {
  readonly #control = new Int32Array(new SharedArrayBuffer(16));
  readonly #address = memoryCalls().addressOf(this.#control);
  readonly #port: MessagePort;
  readonly #watches = new Map<number, () => void>();
  #last = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (watch: number) => this.#watches.get(watch)?.());
    port1.unref();
    const data: WaitThreadData = { port: port2, control: this.#control };
    const worker = new Worker(waitThreadEntry, {
      workerData: data,
      transferList: [port2],
      // Nothing of what this process was started with concerns it.
      execArgv: [],
      env: {},
      name: 'ipc-lock wait thread',
    });
    worker.unref();
    // Without it waits are slower, and still end.
    worker.on('error', (cause) => {
      this.#end();
      process.emitWarning(
        `The wait thread of ipc-lock ended: ${cause.message}. Until the next one is there, waits poll.`,
        { type: 'LockWarning', code: 'WARN_LOCK_WAIT_THREAD' },
      );
    });
    process.on('exit', this.#end);
  }

  get isReady(): boolean {
    return this.#control[CONTROL.ready] === 1;
  }

  watch(address: bigint, expected: number, done: () => void): () => void {
    const watch = ++this.#last;
    this.#watches.set(watch, done);
    clearTimeout(this.#idle);
    this.#say({ watch, address, expected });
    return () => {
      if (!this.#watches.delete(watch)) return;
      this.#say({ forget: watch });
      if (this.#watches.size === 0) this.#idle = setTimeout(this.#end, KEPT_MS).unref();
    };
  }

  readonly #end = (): void => {
    if (waitThread === this) waitThread = undefined;
    process.off('exit', this.#end);
    this.#control[CONTROL.ending] = 1;
    this.#rouse();
  };

  #say(message: WatchMessage): void {
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a port of worker_threads has none
    this.#port.postMessage(message);
    this.#rouse();
  }

  #rouse(): void {
    Atomics.add(this.#control, CONTROL.messages, 1);
    if (Atomics.load(this.#control, CONTROL.inCall) === 1) memoryCalls().wake(this.#address, 1);
    else Atomics.notify(this.#control, CONTROL.messages);
  }
}

let waitThread: WaitThread | undefined;

/**
 * Calls `done` once: when the word at `address` is no longer `expected`, or after `ms` milliseconds.
 *
 * @returns what ends the watch without a call
 */
export function watchWord(address: bigint, expected: number, ms: number, done: () => void): () => void {
  waitThread ??= new WaitThread();
  const end = (): void => {
    clearTimeout(slice);
    forget();
  };
  const ended = (): void => {
    end();
    done();
  };
  const slice = setTimeout(ended, waitThread.isReady ? ms : UNTIL_READY_MS);
  const forget = waitThread.watch(address, expected, ended);
  return end;
}
