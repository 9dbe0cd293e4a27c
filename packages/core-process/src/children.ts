/**
 * The living children of this process, and what becomes of them when it ends.
 *
 * At a normal exit daemons are terminated and all others waited for. A violent end runs none of this:
 * daemons then have the kernel (os/parent-death.ts), the others go on as orphans.
 */
import type { ChildHandle } from './child-handle.js';
import { monotonicNow } from './real-timers.js';

const living = new Set<ChildHandle>();
let hooked = false;

/** How long daemons have between SIGTERM and SIGKILL when their parent exits. */
const DAEMON_GRACE_MS = 500;

export function register(child: ChildHandle): void {
  living.add(child);
  if (hooked) return;
  hooked = true;
  // Before the program's own handlers, one of which may call process.exit() and be the last.
  process.prependListener('exit', endAll);
}

export function unregister(child: ChildHandle): void {
  living.delete(child);
}

/** In a copy of this process: they are not its own. */
export function forgetChildren(): void {
  living.clear();
  hooked = false;
}

export function livingChildren(): ChildHandle[] {
  return [...living].filter((child) => child.isAlive());
}

function endAll(): void {
  const children = livingChildren();
  const daemons = children.filter((child) => child.daemon);
  for (const daemon of daemons) daemon.signal('SIGTERM');
  const deadline = monotonicNow() + DAEMON_GRACE_MS;
  for (const daemon of daemons) {
    if (!daemon.waitSync(deadline)) daemon.signal('SIGKILL');
  }
  for (const child of children) child.waitSync(Infinity);
}
