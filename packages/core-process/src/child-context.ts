/**
 * What a child knows about itself: set once by `entry/child.ts`, read by everything else.
 *
 * It lives under a global symbol, because the program of the child and the package that the user's
 * module imports are two bundles, perhaps even two versions.
 */

import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** How this process was started, if it is a child. */
export interface ChildContext {
  readonly name: string;
  readonly daemon: boolean;
  readonly startMethod: string;
  /** Position in the tree of processes; [2, 1] is the first child of the second child of the main process. */
  readonly identity: readonly number[];
  readonly parentPid: number;
  readonly parentName: string;
  /** The main process, from which all others of the tree descend. */
  readonly rootPid: number;
  /** Aborts when the parent cancels this process. */
  readonly signal: AbortSignal;
  /** URL of the module that is being imported before the target runs; undefined once it runs. */
  importing: string | undefined;
  /** Calls back once when the parent has ended; returns how to keep the event loop alive for that. */
  watchParent(onGone: () => void): ParentWatch;
}

/** A watch on the parent's end, which by itself does not keep the event loop alive. */
export interface ParentWatch {
  ref(): void;
  unref(): void;
}

const key = Symbol.for('core-process.child');
const holder = globalThis as { [key]?: ChildContext };

/** What a worker thread of a child can be told: its global object is another. */
type ThreadContext = Omit<ChildContext, 'signal' | 'importing' | 'watchParent'>;
const THREAD_KEY = 'core-process.child';

/** How often a worker thread looks whether the process has another parent. */
const LOOK_EVERY_MS = 100;

/** This process' context; undefined in a process that this package did not start. */
export function childContext(): ChildContext | undefined {
  const context = holder[key] ?? (isMainThread ? undefined : contextOfThread());
  if (context !== undefined) holder[key] = context;
  return context;
}

export function setChildContext(context: ChildContext): void {
  holder[key] = context;
  const { name, daemon, startMethod, identity, parentPid, parentName, rootPid } = context;
  const forThreads: ThreadContext = { name, daemon, startMethod, identity, parentPid, parentName, rootPid };
  setEnvironmentData(THREAD_KEY, forThreads);
}

function contextOfThread(): ChildContext | undefined {
  const told = getEnvironmentData(THREAD_KEY) as ThreadContext | undefined;
  if (told === undefined) return undefined;
  return {
    ...told,
    // The parent speaks to the main thread; what it says there is the program's to pass on.
    signal: new AbortController().signal,
    importing: undefined,
    watchParent: (onGone) => {
      const timer = setInterval(() => {
        if (process.ppid === told.parentPid) return;
        clearInterval(timer);
        onGone();
      }, LOOK_EVERY_MS).unref();
      return { ref: () => void timer.ref(), unref: () => void timer.unref() };
    },
  };
}
