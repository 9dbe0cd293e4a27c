/**
 * Cancelling a child in two steps, and its whole tree with it.
 *
 * | when                | what the child sees                                       |
 * | ------------------- | --------------------------------------------------------- |
 * | the signal aborts   | `currentProcess().signal` aborts                          |
 * | + one grace period  | SIGTERM, to it and all it has started                     |
 * | + another           | SIGKILL, to it and all it has started                     |
 */
import { serialize } from 'node:v8';
import type { ChildHandle } from './child-handle.js';
import { recordThrown } from './messaging/error-record.js';
import type { CancelMessage } from './messaging/report-message.js';
import { LONGEST_TIMER_MS } from './wait-options.js';
import { descendantsOf, killDescendants, type ProcessIdentity, signalIfSame } from './os/process-tree.js';
import { setTimeout, clearTimeout } from './real-timers.js';

/** What is done when a signal aborts; one listener for all, as a signal warns of more than ten. */
const onAborted = new WeakMap<AbortSignal, Set<() => void>>();

/** @returns how to take it back */
function whenAborted(signal: AbortSignal, act: () => void): () => void {
  let acts = onAborted.get(signal);
  if (acts === undefined) {
    const all = new Set<() => void>();
    signal.addEventListener('abort', () => all.forEach((each) => each()), { once: true });
    onAborted.set(signal, all);
    acts = all;
  }
  acts.add(act);
  return () => acts.delete(act);
}

/** Without a timer for a time that is longer than any timer runs. */
function after(milliseconds: number, act: () => void): NodeJS.Timeout | undefined {
  return milliseconds > LONGEST_TIMER_MS ? undefined : setTimeout(act, milliseconds);
}

/** @param grace - milliseconds for each step; Infinity takes the first alone */
export function cancelOnAbort(child: ChildHandle, signal: AbortSignal, grace: number): void {
  let timer: NodeJS.Timeout | undefined;
  // All that it was seen to have started; a dead parent no longer leads to its children.
  let tree: ProcessIdentity[] = [];

  const askToStop = () => {
    child.cancelled = { reason: signal.reason };
    const message: CancelMessage = { kind: 'cancel', reason: recordThrown(signal.reason, () => undefined) };
    child.tell(serialize(message));
    timer = after(grace, terminateTree);
  };
  const terminateTree = () => {
    tree = child.pid === undefined ? [] : descendantsOf(child.pid);
    child.signal('SIGTERM');
    for (const descendant of tree) signalIfSame(descendant, 'SIGTERM');
    timer = after(grace, killTree);
  };
  const killTree = () => {
    timer = undefined;
    // Stopped first, so that it starts nothing while its tree is being killed.
    child.signal('SIGSTOP');
    killDescendants(child.exit === undefined ? child.pid : undefined, tree);
    child.signal('SIGKILL');
  };

  const takeBack = whenAborted(signal, askToStop);
  void child.completed.then(() => {
    takeBack();
    clearTimeout(timer);
    // It ended in time; what it had started may not have.
    if (timer !== undefined && tree.length > 0) timer = after(grace, killTree);
  });
}
