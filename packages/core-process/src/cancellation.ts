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
import { descendantsOf, killDescendants, type ProcessIdentity, signalIfSame } from './os/process-tree.js';

/** @param grace - milliseconds for each step */
export function cancelOnAbort(child: ChildHandle, signal: AbortSignal, grace: number): void {
  let timer: NodeJS.Timeout | undefined;
  // All that it was seen to have started; a dead parent no longer leads to its children.
  let tree: ProcessIdentity[] = [];

  const askToStop = () => {
    child.cancelled = { reason: signal.reason };
    const message: CancelMessage = { kind: 'cancel', reason: recordThrown(signal.reason, () => undefined) };
    child.tell(serialize(message));
    timer = setTimeout(terminateTree, grace);
  };
  const terminateTree = () => {
    tree = child.pid === undefined ? [] : descendantsOf(child.pid);
    child.signal('SIGTERM');
    for (const descendant of tree) signalIfSame(descendant, 'SIGTERM');
    timer = setTimeout(killTree, grace);
  };
  const killTree = () => {
    timer = undefined;
    // Stopped first, so that it starts nothing while its tree is being killed.
    child.signal('SIGSTOP');
    killDescendants(child.exit === undefined ? child.pid : undefined, tree);
    child.signal('SIGKILL');
  };

  signal.addEventListener('abort', askToStop, { once: true });
  void child.completed.then(() => {
    signal.removeEventListener('abort', askToStop);
    clearTimeout(timer);
    // It ended in time; what it had started may not have.
    if (timer !== undefined && tree.length > 0) timer = setTimeout(killTree, grace);
  });
}
