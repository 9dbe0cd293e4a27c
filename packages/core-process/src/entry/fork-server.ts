/**
 * The program of a fork server: loads what copies shall find loaded, then makes copies of itself on request.
 *
 * It is two processes, one after the other. The first loads the modules; it has the threads of any Node.
 * Then it copies itself and ends; the copy, the template, has a single thread, is adopted by the owner, and
 * never turns its event loop again: it waits for requests, and answers each with a copy of itself, made as
 * its sibling. So each copy is a child of the owner in all that the kernel knows (ppid, status, zombie,
 * orphan, parent-death signal), and what becomes of the server does not concern it.
 *
 * | step | the owner, on descriptor 3          | the server                                            |
 * | ---- | ----------------------------------- | ----------------------------------------------------- |
 * | 1    | says what to load                   | loads, puts away what can't be copied: `loaded`       |
 * | 2    | adopts orphans for a moment, says so | copies itself and ends; the copy: `template`          |
 * | 3    | five descriptors for each start     | copies itself: `started`; the copy says hello         |
 * | end  | closes                              | ends                                                  |
 */
import { atStep } from '../at-step.js';
import { readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { type ChildContext, setChildContext } from '../child-context.js';
import { encode } from '../messaging/clone.js';
import { frame } from '../messaging/frame.js';
import {
  closeDescriptors,
  duplicateDescriptor,
  moveDescriptor,
  openNull,
  receiveDescriptors,
  socketPair,
} from '../os/descriptors.js';
import { withOwnOutput } from '../os/descriptor-output.js';
import { holdsOfEventLoop } from '../os/event-loop.js';
import { postponeIdleCollection, resumeMarking } from '../os/idle-collection.js';
import { moveMemoryToFile } from '../os/memory-in-file.js';
import { silenceSockets } from '../os/neutralise.js';
import { endWithParent } from '../os/parent-death.js';
import {
  blockKeyboardSignals,
  foreignThreads,
  forkProcess,
  leave,
  makeCopyable,
  ownPid,
  parentPid,
  siblingCopier,
  whyNotCopyable,
  withoutLeaving,
} from '../os/process-copy.js';
import { putRight, useUpRandomNumbers } from '../os/put-right.js';
import { tellOfCopy } from '../os/tell-of-copy.js';
import {
  type Answer,
  DESCRIPTORS_OF_A_START,
  encodeAnswer,
  HELLO_BYTES,
  type ServerConfig,
  TRIAL,
} from '../start-methods/fork-server-protocol.js';
import { type BootMessage, type LaunchMessage, PROTOCOL_VERSION } from '../start-methods/start-method.js';
import { resolveTarget } from '../target/resolve.js';
import { CONTROL_FD, receive, REPORT_FD, runChild, runReferenced, useDescriptors } from './run-child.js';
import { setTimeout, clearTimeout, setImmediate } from '../real-timers.js';

const OWNER_FD = CONTROL_FD;

function answerOwner(fd: number, answer: Answer, value: number, text = ''): void {
  try {
    writeSync(fd, Buffer.concat([encodeAnswer(answer, value), Buffer.from(text)]));
  } catch {
    // The owner is gone, and with it all that a server is for.
    leave(0);
  }
}

function refuse(reason: string): never {
  answerOwner(OWNER_FD, 'unfit', Buffer.byteLength(reason), reason);
  return leave(0);
}

/** What copies are to find loaded. A module that fails here fails again, with the same error, in each copy that wants it. */
async function preload(modules: readonly string[], context: ChildContext): Promise<void> {
  for (const module of modules) {
    context.importing = module;
    try {
      await resolveTarget({ module, export: 'default' });
    } catch {
      // No such export, which is all right; or the module fails, and the copy's own import tells the owner.
    }
  }
  context.importing = undefined;
}

interface Handle {
  unref?(): void;
  destroy?(): void;
  close?(): void;
}

/** What a loaded module has opened and two processes can't share: sockets, servers, watchers, children. */
function closeHandles(): void {
  const node = process as unknown as { _getActiveHandles(): Handle[] };
  for (const handle of node._getActiveHandles()) {
    handle.unref?.();
    if (handle.destroy !== undefined) handle.destroy();
    else handle.close?.();
  }
}

/** Threads that are not Node's own would be missing in a copy. */
function checkThreads(): void {
  const threads = foreignThreads();
  if (threads === undefined) return;
  refuse(
    `it has ${threads} threads, more than Node's own: a preloaded module, or a loader given by --import, ` +
      'runs a worker thread, which no copy would have. Start workers in the target, not while importing.',
  );
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** No thread may hold a lock of V8 or of the C library while the process is copied: all have to sleep. */
function waitUntilThreadsSleep(): void {
  const isAwake = (thread: string) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('S');
  };
  const others = readdirSync('/proc/self/task').filter((thread) => Number(thread) !== process.pid);
  for (let tries = 0; others.some(isAwake); tries++) {
    if (tries > 5000) refuse('a thread of it never came to rest after its modules were loaded.');
    Atomics.wait(sleeper, 0, 0, 1);
  }
}

/** Until V8 has seen enough of the functions to run them at full speed. */
const REHEARSALS = 24;
/** And once more when garbage has been collected, by which V8 forgets what objects that are gone looked like. */
const REHEARSALS_AFTER = 3;

const turnOfLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** For the rehearsals to run. */
export function nothing(): void {}

type Listener = (...args: unknown[]) => void;
interface Listening {
  readonly event: string | symbol;
  readonly listener: Listener;
}

/** All of `process`. */
function listeners(): Listening[] {
  return process
    .eventNames()
    .flatMap((event) =>
      process.rawListeners(event).map((listener) => ({ event, listener: listener as Listener })),
    );
}

/** An end that is none concerns no module. @returns puts them back */
function takeAwayEnds(own: readonly Listening[]): () => void {
  const others = listeners().filter(
    ({ event, listener }) =>
      (event === 'beforeExit' || event === 'exit') && !own.some((one) => one.listener === listener),
  );
  for (const { event, listener } of others) process.removeListener(event, listener);
  return () => {
    for (const { event, listener } of others) process.on(event, listener);
  };
}

/**
 * Lives through all that each copy does, with nobody listening: the copies then find it compiled, and what it
 * needs loaded. Half of a start goes into that otherwise.
 */
async function rehearse(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await rehearseOnce();
}

async function rehearseOnce(): Promise<void> {
  const [scratchListener, scratch] = socketPair();
  useDescriptors(scratch, scratch);
  const launch: LaunchMessage = { cwd: process.cwd(), env: {}, execArgv: process.execArgv };
  const boot: BootMessage = {
    version: PROTOCOL_VERSION,
    name: 'rehearsal',
    daemon: false,
    identity: [],
    // Nobody's: it is never waited for.
    parentPid: 0,
    parentName: '',
    rootPid: 0,
    startedByMainThread: false,
    argv: process.argv,
    cancellable: true,
    subclass: undefined,
    target: { module: import.meta.url, export: 'nothing' },
    input: encode({ args: [], fields: {} }, ''),
  };
  writeSync(scratchListener, Buffer.concat([frame(serialize(launch)), frame(serialize(boot))]));
  sayHello(scratch);
  holdsOfEventLoop();
  const before = listeners();
  let own: Listening[] = [];
  await withoutLeaving(async () => {
    await new Promise<void>((resolve) => {
      liveAsCopy(async (given, context) => {
        await runReferenced(given, context);
        // By then the result has been reported, too.
        setImmediate(resolve);
      }, true);
      own = listeners().filter(
        ({ event, listener }) => !before.some((one) => one.event === event && one.listener === listener),
      );
    });
    const putBack = takeAwayEnds(own);
    process.emit('beforeExit', 0);
    await turnOfLoop();
    process.emit('exit', 0);
    putBack();
  });
  for (const { event, listener } of own) process.removeListener(event, listener);
  closeDescriptors([scratchListener]);
  // In which the other end is closed, too.
  await turnOfLoop();
  await turnOfLoop();
  useDescriptors(CONTROL_FD, REPORT_FD);
}

/** Comes back in the template only: the process itself ends. */
function becomeTemplate(config: ServerConfig): void {
  makeCopyable();
  waitUntilThreadsSleep();
  if (CORE_PROCESS_STEPS) atStep('server: loaded');
  answerOwner(OWNER_FD, 'loaded', 0);
  if (readSync(OWNER_FD, Buffer.alloc(1)) === 0) leave(0);
  blockKeyboardSignals(true);
  if (CORE_PROCESS_STEPS) atStep('server: before the template');
  const loader = ownPid();
  if (forkProcess() !== 0) {
    if (CORE_PROCESS_STEPS) atStep('server: template made');
    leave(0);
  }
  if (CORE_PROCESS_STEPS) atStep('template: born');
  while (parentPid() === loader) Atomics.wait(sleeper, 0, 0, 0.1);
  // Somebody else adopted it: the owner is gone.
  if (parentPid() !== config.ownerPid) leave(0);
}

/** Serves the owner to its end; comes back in each copy, with its descriptors in place. */
function serve(): void {
  const copySibling = siblingCopier();
  const owner = duplicateDescriptor(OWNER_FD);
  takeDescriptors([openNull(), openNull(), ...[0, 1, 2].map(duplicateDescriptor)]);
  silenceSockets([owner]);
  moveMemoryToFile();
  if (CORE_PROCESS_STEPS) atStep('template: adopted');
  answerOwner(owner, 'template', ownPid());
  for (;;) {
    const given = receiveDescriptors(owner, DESCRIPTORS_OF_A_START);
    if (given === undefined) leave(0);
    if (CORE_PROCESS_STEPS) atStep('template: asked');
    let pid: number;
    try {
      pid = copySibling();
    } catch (error) {
      closeDescriptors(given);
      answerOwner(owner, 'refused', (error as NodeJS.ErrnoException).errno ?? 0);
      continue;
    }
    if (pid === 0) {
      if (CORE_PROCESS_STEPS) atStep('copy: born');
      sayHello(given[1] as number);
      closeDescriptors([owner]);
      takeDescriptors(given);
      return;
    }
    if (CORE_PROCESS_STEPS) atStep('template: copied');
    answerOwner(owner, 'started', pid);
    closeDescriptors(given);
  }
}

function takeDescriptors(given: readonly number[]): void {
  [CONTROL_FD, REPORT_FD, 0, 1, 2].forEach((place, index) =>
    moveDescriptor(given[index] as number, place, place <= 2),
  );
  closeDescriptors(given);
}

function sayHello(fd: number): void {
  const hello = Buffer.alloc(HELLO_BYTES);
  hello.writeInt32LE(ownPid(), 0);
  try {
    writeSync(fd, hello);
  } catch {
    // The owner is gone; what it sent is still there to read, or not, which decides.
  }
}

/** How the copy differs from the server, which was started earlier. */
function applyLaunch({ cwd, env, execArgv }: LaunchMessage): void {
  process.chdir(cwd);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  process.execArgv = [...execArgv];
}

/** Memory, timers, the thread pool and the module loader, used once; ends with 0 if all of them work here. */
async function showThatCopiesWork(): Promise<never> {
  const { readFile } = await import('node:fs/promises');
  const kept: unknown[] = [];
  for (let index = 0; index < 200_000; index++) kept.push({ index });
  await readFile('/proc/self/stat');
  await new Promise((resolve) => setTimeout(resolve, 1));
  const module: string = 'data:text/javascript,export const value = 7;';
  const { value } = (await import(module)) as { value: number };
  return leave(value === 7 && kept.length === 200_000 ? 0 : 1);
}

function liveAsCopy(run: typeof runReferenced, isRehearsal = false): void {
  putRight();
  const resuming = resumeMarking();
  if (isRehearsal) clearTimeout(resuming);
  blockKeyboardSignals(false);
  if (CORE_PROCESS_STEPS) atStep('copy: said hello');
  const launch = receive() as LaunchMessage | undefined;
  const boot = launch && (receive() as BootMessage | typeof TRIAL | undefined);
  if (launch === undefined || boot === undefined) leave(0);
  if (boot === TRIAL) {
    void showThatCopiesWork();
    return;
  }
  if (CORE_PROCESS_STEPS) atStep('copy: told');
  tellOfCopy(isRehearsal);
  applyLaunch(launch);
  runChild(boot, 'forkserver', run);
}

async function main(config: ServerConfig): Promise<void> {
  const reason = whyNotCopyable();
  if (reason !== undefined) refuse(reason);
  if (config.startedByMainThread) endWithParent(config.ownerPid, true);
  process.argv = [...config.argv];
  const context: ChildContext = {
    name: 'ForkServer',
    daemon: false,
    startMethod: 'forkserver',
    identity: [],
    parentPid: config.ownerPid,
    parentName: config.ownerName,
    rootPid: config.ownerPid,
    signal: new AbortController().signal,
    importing: undefined,
    watchParent: () => ({ ref: () => undefined, unref: () => undefined }),
  };
  // Node has a listener of its own for an end while its main module is evaluated.
  await turnOfLoop();
  await rehearse(REHEARSALS);
  // Modules find themselves in a child, as they would in each copy.
  setChildContext(context);
  await withOwnOutput(() => preload(config.modules, context));
  useUpRandomNumbers();
  closeHandles();
  makeCopyable();
  await rehearse(REHEARSALS_AFTER);
  // A turn of the loop each: what was closed is gone, and nothing of this function's own is pending.
  await turnOfLoop();
  setImmediate(() => {
    checkThreads();
    becomeTemplate(config);
    postponeIdleCollection();
    serve();
    liveAsCopy(runReferenced);
  });
}

const config = receive() as ServerConfig | undefined;
if (config === undefined) process.exit(0);
else {
  main(config).catch((error: unknown) => {
    refuse(inspect(error));
  });
}
