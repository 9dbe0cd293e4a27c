/**
 * Asynchronous sleep on words in shared memory: one worker thread for all of them, started at first need.
 *
 * It does not keep the process alive, a process that ends wakes it first, and it ends when it had nothing to do for
 * a while. All that is watched is looked at every slice as well: a death wakes nobody, and no wake-up is relied on.
 */
import type { MessagePort } from 'node:worker_threads';
import { whenCopied } from '../../core/copied.js';
import { waitThreadEntry } from '../../entry-urls.js';
import { memoryCalls } from '../../platform/ffi.js';
import { workerThreads } from '../../platform/lazy-builtins.js';

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
  /** How far the thread is, see {@link STATE}. */
  state: 3,
} as const;

/** A thread that Node ends inside of native code takes the whole process along: it is asked, and waited for. */
export const STATE = {
  starting: 0,
  loading: 1,
  watching: 2,
  ended: 3,
} as const;

/** The longest that the end of the process is held up, in milliseconds; as a rule it is a fraction of one. */
const LONGEST_END_MS = 2000;

/** How long the thread is kept without work, in milliseconds. */
const KEPT_MS = 3000;
/** The longest that a death goes unnoticed, in milliseconds. */
export const SLICE_MS = 15;
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
    const { MessageChannel, Worker } = workerThreads();
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
      Atomics.store(this.#control, CONTROL.state, STATE.ended);
      this.#end();
      process.emitWarning(
        `The wait thread of ipc-lock ended: ${cause.message}. Until the next one is there, waits poll.`,
        { type: 'LockWarning', code: 'WARN_LOCK_WAIT_THREAD' },
      );
    });
    process.on('exit', this.#endNow);
  }

  get isReady(): boolean {
    return Atomics.load(this.#control, CONTROL.state) === STATE.watching;
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
    process.off('exit', this.#endNow);
    Atomics.store(this.#control, CONTROL.ending, 1);
    this.#rouse();
  };

  /** Returns when the thread is in no native code any more. */
  readonly #endNow = (): void => {
    this.#end();
    const control = this.#control;
    const deadline = performance.now() + LONGEST_END_MS;
    let state = Atomics.compareExchange(control, CONTROL.state, STATE.starting, STATE.ended);
    while (state === STATE.loading || state === STATE.watching) {
      const left = deadline - performance.now();
      if (left <= 0) return;
      Atomics.wait(control, CONTROL.state, state, left);
      state = Atomics.load(control, CONTROL.state);
    }
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

/** A watch that has not ended. */
interface Watch {
  readonly isOver: () => boolean;
  readonly end: () => void;
}

const watched = new Set<Watch>();
let ticking = false;

// A copy has neither the thread nor the waits.
whenCopied(() => {
  waitThread = undefined;
  watched.clear();
  ticking = false;
});

/**
 * Calls `done` once: when the word at `address` is no longer `expected`, or `isOver` says so.
 *
 * @param isOver - asked every {@link SLICE_MS}, so it must be quick: true when the word has changed, or never will
 * @returns what ends the watch without a call
 */
export function watchWord(
  address: bigint,
  expected: number,
  isOver: () => boolean,
  done: () => void,
): () => void {
  waitThread ??= new WaitThread();
  const giveUp = (): void => {
    watched.delete(watch);
    forget();
  };
  const end = (): void => {
    giveUp();
    done();
  };
  const watch: Watch = { isOver, end };
  watched.add(watch);
  const forget = waitThread.watch(address, expected, end);
  if (!ticking) tickLater();
  return giveUp;
}

/** One timer for all waits, however many: what they cost the rest of the process. */
function tickLater(): void {
  ticking = true;
  // What keeps the process alive is up to the wait.
  setTimeout(tick, waitThread?.isReady === true ? SLICE_MS : UNTIL_READY_MS).unref();
}

function tick(): void {
  for (const watch of watched) if (watch.isOver()) watch.end();
  ticking = false;
  if (watched.size > 0) tickLater();
}
