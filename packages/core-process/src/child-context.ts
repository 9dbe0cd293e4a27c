/**
 * What a child knows about itself: set once by `entry/child.ts`, read by everything else.
 *
 * It lives under a global symbol, because the program of the child and the package that the user's
 * module imports are two bundles, perhaps even two versions.
 */

/** How this process was started, if it is a child. */
export interface ChildContext {
  readonly name: string;
  readonly daemon: boolean;
  readonly startMethod: string;
  /** Position in the tree of processes; [2, 1] is the first child of the second child of the main process. */
  readonly identity: readonly number[];
  readonly parentPid: number;
  readonly parentName: string;
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

/** This process' context; undefined in a process that this package did not start. */
export function childContext(): ChildContext | undefined {
  return holder[key];
}

export function setChildContext(context: ChildContext): void {
  holder[key] = context;
}
