/**
 * What a task knows about itself, in its worker.
 *
 * It lives under a global symbol, as the worker's program and the package that the task imports are two bundles.
 */

/** The task that runs in this worker. */
export interface CurrentTask {
  /** Number of the task in its pool. */
  readonly id: number;
  /** Aborts when the task is cancelled or its time has run out. */
  readonly signal: AbortSignal;
  /** Tells the caller's `onProgress`. @throws NotCloneableError when the value can't be sent */
  reportProgress(value: unknown): void;
}

const key = Symbol.for('core-process.task');
const holder = globalThis as { [key]?: CurrentTask | undefined };

/** The task that this code runs for; undefined outside a pool's worker, and between two tasks. */
export function currentTask(): CurrentTask | undefined {
  return holder[key];
}

/** @internal */
export function setCurrentTask(task: CurrentTask | undefined): void {
  holder[key] = task;
}
