/**
 * A true copy of this process: its memory, environment and open files as they are at that moment. Closures
 * are targets like any other function, and arguments are not sent: the copy has them.
 *
 * The copy never comes back from `start()`: it leaves the caller's code where it stands, and runs the target
 * from an event loop of its own.
 */
import { forgetChildren } from '../children.js';
import { becomeChild } from '../current-process.js';
import { runChild, useDescriptors } from '../entry/run-child.js';
import { StartMethodUnavailableError } from '../errors.js';
import { abandonStack, prepareToAbandonStack } from '../os/abandon-stack.js';
import { moveDescriptor } from '../os/descriptors.js';
import { forgetWrites, isTellingOfChanges } from '../os/event-loop.js';
import { neutralise } from '../os/neutralise.js';
import { findPendingCallbacks } from '../os/pending-callbacks.js';
import { tellOfCopy } from '../os/tell-of-copy.js';
import {
  abortsOnErrors,
  COPYABLE_FLAGS,
  foreignThreads,
  forkProcess,
  hasCopyableFlags,
  leaveBroken,
  whyNotCopyable,
} from '../os/process-copy.js';
import { putRight, useUpRandomNumbers } from '../os/put-right.js';
import { type ChildEnds, openChildEnds } from './child-ends.js';
import { forgetServers } from './forkserver.js';
import { adoptChild } from './native-child.js';
import { notStarted } from './not-started.js';
import type { ChildEvents, RunningChild, StartMethod, StartRequest } from './start-method.js';

export const fork: StartMethod = { name: 'fork', unavailable, start };

function unavailable(): string | undefined {
  if (!process.getBuiltinModule('node:worker_threads').isMainThread)
    return 'only the main thread can copy its process.';
  const program = process.argv[1] ?? 'program.js';
  const unable = whyNotCopyable();
  if (unable !== undefined) return unable;
  if (abortsOnErrors()) return 'copies would abort, under --abort-on-uncaught-exception.';
  return hasCopyableFlags()
    ? whyNotLeft()
    : `this Node has threads that a copy would miss. Start it as: node ${COPYABLE_FLAGS.join(' ')} ${program}`;
}

/** Why a copy could not leave what its original is doing; undefined when it can. */
function whyNotLeft(): string | undefined {
  try {
    findPendingCallbacks();
    prepareToAbandonStack();
    return undefined;
  } catch (error) {
    return `this Node keeps what it has still to call elsewhere than Node 20 to 26 do (${(error as Error).message}).`;
  }
}

/** More than the copy calls within each other before it has left its original's stack. */
const NEEDED_FRAMES = 500;

/** @throws RangeError here, and not in the copy, when the stack is nearly full */
function haveStack(frames: number): number {
  return frames === 0 ? 0 : 1 + haveStack(frames - 1);
}

/** Why it can't be done from where it is called, or in this moment; undefined when it can. */
function whyNotNow(): string | undefined {
  if ((process as { _exiting?: boolean })._exiting === true)
    return 'this process is ending, and a copy of it would end too; start the process before, or in a handler of `beforeExit`';
  const threads = foreignThreads();
  if (threads !== undefined)
    return `this process has ${threads} threads, more than Node's own, and a copy would have one; end its worker threads first, and start Node without what has threads of its own, as --inspect, --cpu-prof or a loader`;
  return isTellingOfChanges()
    ? 'a copy can not be made in a callback of fs.watch(), nor in what a promise calls that was settled there; start it by setImmediate()'
    : undefined;
}

function start(request: StartRequest, events: ChildEvents): RunningChild {
  const reason = whyNotNow();
  if (reason !== undefined) throw new StartMethodUnavailableError('fork', ['spawn', 'forkserver'], reason);
  haveStack(NEEDED_FRAMES);
  useUpRandomNumbers();
  const ends = openChildEnds(request.stdio);
  let pid: number;
  try {
    pid = forkProcess();
  } catch (error) {
    ends.closeTheirs();
    ends.closeOurs();
    return notStarted(error as Error, events);
  }
  if (pid === 0) {
    try {
      liveAsCopy(request, ends);
    } catch (error) {
      // It must not go on as its original, which is what an error of start() would make it do.
      leaveBroken(error);
    }
  }
  ends.closeTheirs();
  return adoptChild(pid, ends.ours, events);
}

function liveAsCopy(request: StartRequest, ends: ChildEnds): never {
  const [control, report, ...standard] = ends.theirs as [number, number, ...number[]];
  putRight();
  ends.closeOurs();
  neutralise(ends.theirs);
  standard.forEach((fd, place) => {
    if (fd !== place) moveDescriptor(fd, place, true);
  });
  forgetChildren();
  forgetServers();
  becomeChild();
  useDescriptors(control, report);
  return abandonStack(() => {
    // Node itself may have written what the original had put off, as it does for http2.
    forgetWrites();
    // Not before: what throws here would be thrown by start(), and the copy go on as its original.
    tellOfCopy();
    if (request.cwd !== undefined) process.chdir(request.cwd);
    for (const [name, value] of Object.entries(request.env ?? {})) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    const { boot, run } = request.inCopy;
    runChild(boot, 'fork', run);
  });
}
