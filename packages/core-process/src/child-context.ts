/**
 * What a child knows about itself: set once by `entry/child.ts`, read by everything else.
 *
 * It lives under a global symbol, because the program of the child and the package that the user's
 * module imports are two bundles, perhaps even two versions.
 */
import { clearInterval, setInterval } from './real-timers.js';

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

/**
 * What a worker thread of a child is told: its global object is another. By its copy of the environment, since
 * node:worker_threads would cost every child two milliseconds.
 */
type ThreadContext = Omit<ChildContext, 'signal' | 'importing' | 'watchParent'> & { readonly pid: number };
const VARIABLE = 'CORE_PROCESS_CHILD';

/** How often a worker thread looks whether the process has another parent. */
const LOOK_EVERY_MS = 100;

/** This process' context; undefined in a process that this package did not start. */
export function childContext(): ChildContext | undefined {
  const context = holder[key] ?? contextOfThread();
  if (context !== undefined) holder[key] = context;
  return context;
}

export function setChildContext(context: ChildContext): void {
  holder[key] = context;
  const { name, daemon, startMethod, identity, parentPid, parentName, rootPid } = context;
  const forThreads: ThreadContext = {
    pid: process.pid,
    name,
    daemon,
    startMethod,
    identity,
    parentPid,
    parentName,
    rootPid,
  };
  process.env[VARIABLE] = JSON.stringify(forThreads);
}

function contextOfThread(): ChildContext | undefined {
  const told = process.env[VARIABLE];
  if (told === undefined) return undefined;
  const { pid, ...context } = JSON.parse(told) as ThreadContext;
  // Programs that a child starts otherwise inherit the variable, and are no children of this package.
  if (pid !== process.pid) return undefined;
  return {
    ...context,
    // The parent speaks to the main thread; what it says there is the program's to pass on.
    signal: new AbortController().signal,
    importing: undefined,
    watchParent: (onGone) => {
      const timer = setInterval(() => {
        if (process.ppid === context.parentPid) return;
        clearInterval(timer);
        onGone();
      }, LOOK_EVERY_MS).unref();
      return { ref: () => void timer.ref(), unref: () => void timer.unref() };
    },
  };
}
