/** The process that this code runs in, and its parent. */
import { EventEmitter } from 'node:events';
import { childContext, type ParentWatch } from './child-context.js';
import { type WaitOptions, waitWithin } from './wait-options.js';

/**
 * False in a process that this package started, true in every other: the guard for what only the program
 * itself shall do, and not each child that imports the same module.
 */
export let isMainProcess: boolean = childContext() === undefined;

/** In a copy of this process, which has become a child of it. */
export function becomeChild(): void {
  isMainProcess = false;
  parent = undefined;
}

/** What a process knows about itself. */
export interface CurrentProcess {
  readonly pid: number;
  /** `MainProcess` in a process that this package did not start. */
  readonly name: string;
  readonly daemon: boolean;
  readonly startMethod: string | undefined;
  /** Null: it still runs. */
  readonly exitCode: null;
  /** Aborts when the parent cancels this process; never in the main process. */
  readonly signal: AbortSignal;
  isAlive(): true;
}

const neverAborts = new AbortController().signal;

/** The process that this code runs in. */
export function currentProcess(): CurrentProcess {
  const context = childContext();
  return {
    pid: process.pid,
    name: context?.name ?? 'MainProcess',
    daemon: context?.daemon ?? false,
    startMethod: context?.startMethod,
    exitCode: null,
    signal: context?.signal ?? neverAborts,
    isAlive: () => true,
  };
}

/** The process that started this one. Emits `orphaned`, once, when it has ended. */
export class ParentProcess extends EventEmitter<{ orphaned: [] }> {
  readonly pid: number;
  readonly name: string;
  #watch: ParentWatch | undefined;
  readonly #waiting = new Set<() => void>();
  #isGone = false;

  /** @internal */
  constructor(pid: number, name: string) {
    super();
    this.pid = pid;
    this.name = name;
    // Whichever way one listens. Does not keep the event loop alive.
    (this as EventEmitter).on('newListener', (event) => {
      if (event === 'orphaned') this.#startWatch();
    });
  }

  /** False once it has ended, however: the kernel has given this process to another parent. */
  isAlive(): boolean {
    return process.ppid === this.pid;
  }

  /** Waits for the parent's end. @returns false when it is still alive after `timeout` */
  async join(options: WaitOptions = {}): Promise<boolean> {
    const watch = this.#startWatch();
    watch.ref();
    try {
      return await waitWithin((listener) => this.#whenGone(listener), options);
    } finally {
      watch.unref();
    }
  }

  #whenGone(listener: () => void): () => void {
    if (this.#isGone) listener();
    else this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  #startWatch(): ParentWatch {
    this.#watch ??= childContext()?.watchParent(() => {
      this.#isGone = true;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
      this.emit('orphaned');
    }) as ParentWatch;
    return this.#watch;
  }
}

let parent: ParentProcess | undefined;

/** The process that started this one; undefined in a process that this package did not start. */
export function parentProcess(): ParentProcess | undefined {
  const context = childContext();
  if (context === undefined) return undefined;
  parent ??= new ParentProcess(context.parentPid, context.parentName);
  return parent;
}
