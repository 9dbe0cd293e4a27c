/**
 * What a child does, however it came to be: receives what it is to run, runs it, reports, and lets Node
 * end by itself.
 *
 * Everything it imports is paid for at each start, so what only some children need is imported when needed.
 */
import { atStep } from '../at-step.js';
import { readSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { type ChildContext, setChildContext } from '../child-context.js';
import { decode, encode } from '../messaging/clone.js';
import { recordThrown, restoreThrown } from '../messaging/error-record.js';
import { frame, FrameReader } from '../messaging/frame.js';
import type { CancelMessage, ReportMessage } from '../messaging/report-message.js';
import { endWithParent } from '../os/parent-death.js';
import { type BootMessage, PROTOCOL_VERSION, type StartMethodName } from '../start-methods/start-method.js';
import { callableOf } from '../target/callable.js';
import { locateExport } from '../target/locate-export.js';
import type { TargetReference } from '../target/reference.js';
import { resolveTarget } from '../target/resolve.js';
import { setTimeout, monotonicNow } from '../real-timers.js';

/** Where a child finds its ends, unless it has kept the descriptors of another process. */
export const CONTROL_FD = 3;
export const REPORT_FD = 4;
let controlFd = CONTROL_FD;
let reportFd = REPORT_FD;

/** How soon to look again whether another process has become the parent, and how soon once that takes long. */
const LOOK_AGAIN_MS = 1;
const LOOK_SELDOM_MS = 100;
/** By then a parent that was dying is dead: the one that lives has closed the stream, or its thread has ended. */
const DYING_MS = 1000;

let frames = new FrameReader();
let early: Buffer[] = [];

/** In a copy, whose original may have been a child with a parent of its own. */
export function useDescriptors(control: number, report: number): void {
  controlFd = control;
  reportFd = report;
  frames = new FrameReader();
  early = [];
}

/** The next message of the parent, waiting for it; undefined when the parent died before it had said all. */
export function receive(): unknown {
  const chunk = Buffer.allocUnsafe(65_536);
  while (early.length === 0) {
    let bytes: number;
    try {
      bytes = readSync(controlFd, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return undefined;
      throw error;
    }
    if (bytes === 0) return undefined;
    early.push(...frames.push(Buffer.from(chunk.subarray(0, bytes))));
  }
  return deserialize(early.shift() as Buffer);
}

function report(message: ReportMessage): void {
  const bytes = frame(serialize(message));
  try {
    for (let sent = 0; sent < bytes.byteLength; ) sent += writeSync(reportFd, bytes, sent);
  } catch (error) {
    // EPIPE: the parent is gone, and with it the only reader.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

/** What the parent says after the start; its end of file is the parent's end. */
function listenToParent(abort: AbortController, parentPid: number) {
  const listeners = new Set<() => void>();
  let socket: Socket | undefined;
  let isGone = false;
  let holds = 0;
  let looking: NodeJS.Timeout | undefined;
  const take = (payload: Buffer) => {
    const { reason } = deserialize(payload) as CancelMessage;
    void restoreThrown(reason, async () => undefined).then((error) => abort.abort(error));
  };
  const open = () => {
    if (socket !== undefined) return;
    const net = process.getBuiltinModule('node:net');
    socket = new net.Socket({ fd: controlFd, readable: true, writable: false });
    let closedAt = 0;
    // The kernel closes a dying process' files a moment before it gives its children to another parent.
    const lookForNewParent = () => {
      if (process.ppid !== parentPid) {
        isGone = true;
        for (const listener of listeners) listener();
        return;
      }
      const takesLong = monotonicNow() - closedAt > DYING_MS;
      looking = setTimeout(lookForNewParent, takesLong ? LOOK_SELDOM_MS : LOOK_AGAIN_MS);
      if (takesLong && holds === 0) looking.unref();
    };
    socket.on('data', (chunk: Buffer) => frames.push(chunk).forEach(take));
    // ECONNRESET: the parent died with something unread. «close» follows.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      closedAt = monotonicNow();
      lookForNewParent();
    });
    socket.unref();
    early.splice(0).forEach(take);
  };
  const watchParent: ChildContext['watchParent'] = (onGone) => {
    open();
    if (isGone) queueMicrotask(onGone);
    else listeners.add(onGone);
    return { ref: hold, unref: letGo };
  };
  const hold = () => {
    if (holds++ > 0) return;
    socket?.ref();
    looking?.ref();
  };
  const letGo = () => {
    if (--holds > 0) return;
    socket?.unref();
    looking?.unref();
  };
  return { open, watchParent, hold, letGo };
}

function locateClass(constructor: new (...args: never[]) => Error): TargetReference | undefined {
  try {
    return locateExport(constructor);
  } catch {
    // A class that is not exported: the error goes without it.
    return undefined;
  }
}

/** Imports what the parent named and runs it. */
export async function runReferenced(boot: BootMessage, context: ChildContext): Promise<unknown> {
  const [subclass, target] = [boot.subclass, boot.target];
  context.importing = (subclass ?? target)?.module;
  const processClass = subclass && ((await resolveTarget(subclass)) as { [revive]: Revive });
  const found = target && (await resolveTarget(target));
  const { args, fields } = (await decode(boot.input as Uint8Array)) as { args: unknown[]; fields: object };
  context.importing = undefined;
  const callable =
    found === undefined ? undefined : callableOf(found, `Export "${target?.export}" of ${target?.module}`);
  return processClass === undefined
    ? await callable?.(...args)
    : await processClass[revive](fields, callable, args).run();
}

const revive = Symbol.for('core-process.revive');
type Revive = (
  fields: object,
  target: ((...args: unknown[]) => unknown) | undefined,
  args: unknown[],
) => { run(): unknown };

/**
 * @param startMethod - how this child came to be, which need not be what was asked for
 * @param run - what runs, once all around it is set up
 */
export function runChild(
  boot: BootMessage,
  startMethod: StartMethodName,
  run: (boot: BootMessage, context: ChildContext) => Promise<unknown>,
): void {
  if (boot.version !== PROTOCOL_VERSION) {
    throw new Error(
      `The parent speaks ${boot.version}, this child ${PROTOCOL_VERSION}: build or install core-process anew.`,
    );
  }
  const abort = new AbortController();
  const { open, watchParent, hold, letGo } = listenToParent(abort, boot.parentPid);
  const { name, daemon, identity, parentPid, parentName, rootPid } = boot;
  const context: ChildContext = {
    name,
    daemon,
    startMethod,
    identity,
    parentPid,
    parentName,
    rootPid,
    signal: abort.signal,
    importing: undefined,
    watchParent,
  };
  setChildContext(context);
  process.argv = [...boot.argv];
  if (daemon) endWithParent(parentPid, boot.startedByMainThread);
  if (boot.cancellable) open();

  let settled = false;
  let uncaught: { readonly thrown: unknown } | undefined;
  const fail = (thrown: unknown) => {
    const isAbortReason = abort.signal.aborted && thrown === abort.signal.reason;
    const message: ReportMessage = {
      kind: 'threw',
      thrown: recordThrown(thrown, locateClass),
      isAbortReason,
    };
    settled = true;
    report(message);
  };
  // Node prints it and ends with status 1, and the parent hears it before; unless the target handles such errors.
  process.on('uncaughtExceptionMonitor', (thrown) => {
    uncaught = { thrown };
    if (!settled && process.listenerCount('uncaughtException') === 0) fail(thrown);
  });
  process.on('exit', (code) => {
    if (!settled && uncaught !== undefined && code !== 0) fail(uncaught.thrown);
  });
  let waitsForParent = false;
  const stopWaiting = () => {
    if (waitsForParent) letGo();
    waitsForParent = false;
  };
  abort.signal.addEventListener('abort', stopWaiting);
  process.on('beforeExit', () => {
    if (settled) return;
    // It may be the parent's word that it waits for.
    if (boot.cancellable && !abort.signal.aborted && !waitsForParent) {
      waitsForParent = true;
      hold();
      return;
    }
    settled = true;
    report({ kind: 'never-settled' });
    // Node's own code for a top-level await that never settles.
    exit(13);
  });
  report({ kind: 'began' });
  run(boot, context)
    .then((value) => {
      report({ kind: 'returned', value: encode(value, 'result') });
      settled = true;
      if (CORE_PROCESS_STEPS) atStep('copy: reported');
      stopWaiting();
    })
    .catch((thrown: unknown) => {
      fail(thrown);
      printFailure(boot, thrown);
      exit(1);
    });
}

/** As process.exit() does, which the program may have replaced. */
function exit(code: number): never {
  process.exitCode = code;
  process.emit('exit', code);
  const node = process as unknown as { reallyExit(code: number): never };
  return node.reallyExit(process.exitCode);
}

/** As an uncaught error is printed, with the process' name; synchronously, since exit follows. */
function printFailure({ name }: BootMessage, thrown: unknown): void {
  try {
    writeSync(2, `Process "${name}" (pid ${process.pid}) failed:\n${inspect(thrown)}\n`);
  } catch {
    // The target closed its standard error; the report has gone to the parent already.
  }
}
