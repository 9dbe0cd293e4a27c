/** One process: what it is to run, and once started, the child that runs it. */
import { serialize } from 'node:v8';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { cancelOnAbort } from './cancellation.js';
import { childContext } from './child-context.js';
import { ChildHandle } from './child-handle.js';
import { livingChildren, register } from './children.js';
import {
  CoreProcessError,
  InvalidOptionError,
  ProcessStateError,
  StartedWhileImportingError,
} from './errors.js';
import type { ExitRecord } from './exit-record.js';
import { containsHandover, decode, encode, SentHandovers } from './messaging/clone.js';
import type { OutputLines } from './output-lines.js';
import { checkProcessOptions, inheritedExecArgv, type ProcessOptions } from './process-options.js';
import { checkTreeSize } from './tree-size.js';
import { programBeingImported } from './program-being-imported.js';
import { chooseStartMethod } from './start-methods/choose-start-method.js';
import { type BootMessage, PROTOCOL_VERSION } from './start-methods/start-method.js';
import { locateExport } from './target/locate-export.js';
import { callableOf } from './target/callable.js';
import { referenceOf } from './target/reference.js';
import { resolveTarget } from './target/resolve.js';
import { resolveTimeout, type WaitOptions, type WaitSyncOptions, waitWithin } from './wait-options.js';
import { monotonicNow } from './real-timers.js';

/** What a Process knows beside its public fields, which belong to the subclass and travel. */
type Internals =
  | {
      phase: 'new';
      options: ProcessOptions<never[], unknown>;
      name: string;
      daemon: boolean;
      identity: number[];
    }
  | { phase: 'started'; child: ChildHandle; processOf: Process<never[]> }
  | { phase: 'closed'; name: string; daemon: boolean }
  /** The copy of a subclass' instance that runs in the child. */
  | { phase: 'inside'; target: ((...args: unknown[]) => unknown) | undefined; args: readonly unknown[] };

const internals = new WeakMap<object, Internals>();
const processOfChild = new WeakMap<ChildHandle, Process<never[]>>();
let started = 0;

/**
 * A process of its own: another address space, another event loop, perhaps another core.
 *
 * Give it a target, or extend it and override {@link Process.run}; the instance's public fields travel, its
 * private ones (`#field`) can't.
 *
 * @example
 * import { Process, isMainProcess } from 'core-process';
 *
 * export async function task(name) { console.log(`${name} is running`); }
 *
 * if (isMainProcess) {
 *   const p = new Process({ target: task, args: ['egon'] });
 *   p.start();
 *   await p.join();
 * }
 */
export class Process<A extends unknown[] = unknown[], R = unknown> implements Disposable {
  /** @throws InvalidOptionError `ERR_INVALID_OPTION` naming the option */
  constructor(options: ProcessOptions<A, R> = {}) {
    checkProcessOptions(options as unknown as ProcessOptions<never[], unknown>);
    chooseStartMethod(options.startMethod);
    const context = childContext();
    const identity = [...(context?.identity ?? []), ++started];
    internals.set(this, {
      phase: 'new',
      options: options as unknown as ProcessOptions<never[], unknown>,
      name: options.name ?? `Process-${identity.join(':')}`,
      daemon: options.daemon ?? context?.daemon ?? false,
      identity,
    });
  }

  /**
   * What runs in the child: calls the target. A subclass overrides it; its instance fields are there.
   *
   * @returns the process' result
   */
  run(): R | Promise<R> {
    const state = internalsOf(this);
    if (state.phase !== 'inside') {
      throw new ProcessStateError('run() is what the child calls; start() starts the child.');
    }
    return state.target?.(...state.args) as R;
  }

  /**
   * Asks the operating system for the process and goes on at once; the child begins a little later.
   *
   * @returns this
   * @throws ProcessStateError `ERR_PROCESS_STATE` when it was started before
   * @throws StartedWhileImportingError `ERR_STARTED_WHILE_IMPORTING` in a child that is still importing its module
   * @throws TreeTooLargeError `ERR_TREE_TOO_LARGE` in a grandchild of a tree that seems to grow without end
   * @throws TargetNotExportedError, TargetNotFoundError for a target that the child could not import
   * @throws NotCloneableError `ERR_NOT_CLONEABLE` with the path to the argument that can't be sent
   * @throws `signal.reason` when the signal has aborted already
   */
  start(): this {
    const state = internalsOf(this);
    if (state.phase !== 'new') {
      throw new ProcessStateError(
        `Process "${this.name}" was started before. A process runs once; make a new Process for another run.`,
      );
    }
    const context = childContext();
    const program = programBeingImported();
    if (program !== undefined) throw new StartedWhileImportingError(program);
    checkTreeSize();
    const { options, name, daemon, identity } = state;
    options.signal?.throwIfAborted();

    const method = chooseStartMethod(options.startMethod);
    const sent = new SentHandovers();
    const isSubclass = hasOwnRun(this.constructor);
    // A copy of this process has target, arguments and instance in its memory: nothing is sent, save what
    // moves from one process to the other, such as the end of a connection.
    const isCopied = method.name === 'fork';
    const isSent = !isCopied || containsHandover(options.args);
    const boot: BootMessage = {
      version: PROTOCOL_VERSION,
      name,
      daemon,
      identity,
      parentPid: process.pid,
      parentName: context?.name ?? 'MainProcess',
      rootPid: context?.rootPid ?? process.pid,
      startedByMainThread: process.getBuiltinModule('node:worker_threads').isMainThread,
      argv: process.argv,
      cancellable: options.signal !== undefined,
      subclass: isSubclass && !isCopied ? locateExport(this.constructor as new () => unknown) : undefined,
      target:
        options.target === undefined || (isCopied && typeof options.target === 'function')
          ? undefined
          : referenceOf(options.target),
      input: isSent
        ? encodeInput(
            options.args ?? [],
            isSubclass && !isCopied ? Object.fromEntries(Object.entries(this)) : {},
            sent,
          )
        : undefined,
    };
    const child = new ChildHandle(
      method,
      {
        boot: serialize(boot),
        name,
        stdio: options.stdio ?? 'inherit',
        env: options.env,
        cwd: options.cwd instanceof URL ? fileURLToPath(options.cwd) : options.cwd,
        execPath:
          options.execPath instanceof URL
            ? fileURLToPath(options.execPath)
            : (options.execPath ?? process.execPath),
        execArgv: options.execArgv ?? inheritedExecArgv(),
        module: (boot.subclass ?? boot.target)?.module,
        inCopy: { boot, run: () => runInCopy(this, options, boot) },
      },
      daemon,
    );
    // From here on the options, and with them target and arguments, are no longer held.
    internals.set(this, { phase: 'started', child, processOf: this as unknown as Process<never[]> });
    processOfChild.set(child, this);
    register(child);
    // What it had not taken by its end nobody will.
    if (sent.isSingleUse) void child.completed.then(() => sent.lose());
    if (options.signal !== undefined) cancelOnAbort(child, options.signal, options.gracePeriod ?? 1000);
    return this;
  }

  /**
   * Waits until the process has ended and all it reported has arrived. Does not throw for what the process did:
   * look at `exit`, or await `result`.
   *
   * @returns false when it is still alive after `timeout`
   * @throws InvalidOptionError for a negative time-out; ProcessStateError before start()
   * @throws ProcessStartError `ERR_PROCESS_START` when the operating system refused to start it
   * @throws `signal.reason` when the wait (not the process) was aborted
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    resolveTimeout(options.timeout);
    const child = childOf(this, 'join');
    if (child.exit === undefined) {
      const ended = await child.holdWhile(waitWithin((listener) => child.whenCompleted(listener), options));
      if (!ended) return false;
    }
    if (child.exit?.reason === 'start-failed') await child.result;
    return true;
  }

  /**
   * Blocks this thread, its event loop included, until the process has ended. The child stays a zombie until the
   * loop turns. What it writes meanwhile is read, and queues go on as with Queue.getSync(), so that it never waits for
   * this process.
   *
   * @returns false when it is still alive after `timeout`
   * @throws InvalidOptionError for a negative time-out; ProcessStateError before start()
   * @see waitid(2) WNOWAIT
   */
  joinSync(options: WaitSyncOptions = {}): boolean {
    const timeout = resolveTimeout(options.timeout);
    return childOf(this, 'joinSync').waitSync(monotonicNow() + timeout);
  }

  /** Sends SIGTERM. A process that has ended already is left alone. */
  terminate(): void {
    childOf(this, 'terminate').signal('SIGTERM');
  }

  /** Sends SIGKILL, which nothing can catch. */
  kill(): void {
    childOf(this, 'kill').signal('SIGKILL');
  }

  /** Sends SIGINT, as Ctrl-C does. */
  interrupt(): void {
    childOf(this, 'interrupt').signal('SIGINT');
  }

  /**
   * Lets go of everything that belongs to an ended process; it can't be used any more. Once more is fine.
   *
   * @throws ProcessStateError when it is still alive
   */
  close(): void {
    const state = internalsOf(this);
    if (state.phase === 'closed') return;
    if (state.phase === 'started' && state.child.isAlive()) {
      throw new ProcessStateError(
        `Process "${this.name}" is still alive; join() or terminate() it before close().`,
      );
    }
    internals.set(this, { phase: 'closed', name: this.name, daemon: this.daemon });
  }

  /** Terminates it when it is alive; for `using`. */
  [Symbol.dispose](): void {
    const state = internalsOf(this);
    if (state.phase === 'started') state.child.signal('SIGTERM');
  }

  /** True from start() to the end of the process; a zombie is not alive. */
  isAlive(): boolean {
    const state = internalsOf(this);
    if (state.phase === 'inside') return true;
    if (state.phase === 'closed') throw closed(state.name);
    return state.phase === 'started' && state.child.isAlive();
  }

  get name(): string {
    const state = internalsOf(this);
    if (state.phase === 'inside') return childContext()?.name ?? '';
    return state.phase === 'started' ? state.child.name : state.name;
  }

  /** Can be changed until start(). */
  set name(name: string) {
    checkProcessOptions({ name });
    beforeStart(this, 'name').name = name;
  }

  get daemon(): boolean {
    const state = internalsOf(this);
    if (state.phase === 'inside') return childContext()?.daemon ?? false;
    return state.phase === 'started' ? state.child.daemon : state.daemon;
  }

  /** Can be changed until start(). */
  set daemon(daemon: boolean) {
    checkProcessOptions({ daemon });
    beforeStart(this, 'daemon').daemon = daemon;
  }

  /** Undefined before start(). */
  get pid(): number | undefined {
    const state = internalsOf(this);
    if (state.phase === 'inside') return process.pid;
    return startedChild(this)?.pid;
  }

  /** As Node has it: null while it runs, and after a signal. */
  get exitCode(): number | null {
    return startedChild(this)?.exitCode ?? null;
  }

  /** The signal that ended it, else null. */
  get signalCode(): NodeJS.Signals | null {
    return startedChild(this)?.signalCode ?? null;
  }

  /** How it ended; undefined before join() would return. */
  get exit(): ExitRecord | undefined {
    return startedChild(this)?.exit;
  }

  /**
   * What the target returned. Rejects with what it threw, class, fields, cause and remote stack included; with
   * ProcessExitedError or ProcessKilledError when it ended without a result; with the signal's reason when it
   * was cancelled. Nobody has to look at it.
   *
   * @throws ProcessStateError before start()
   */
  get result(): Promise<R> {
    return childOf(this, 'result').heldResult as Promise<R>;
  }

  /** Resolves when the process has ended. @throws ProcessStateError before start() */
  get sentinel(): Promise<ExitRecord> {
    return childOf(this, 'sentinel').completed;
  }

  /** Lines of its standard output, when started with `stdio: 'pipe'`. */
  get stdout(): OutputLines | undefined {
    return startedChild(this)?.stdout;
  }

  /** Lines of its standard error, when started with `stdio: 'pipe'`. */
  get stderr(): OutputLines | undefined {
    return startedChild(this)?.stderr;
  }

  [inspect.custom](): string {
    const state = internalsOf(this);
    const child = state.phase === 'started' ? state.child : undefined;
    const { name, daemon } =
      state.phase === 'inside'
        ? this
        : (child ?? (state as Exclude<Internals, { phase: 'started' | 'inside' }>));
    const ending = child?.isAlive() === false ? `ended ${child.signalCode ?? child.exitCode}` : 'running';
    return `${this.constructor.name} { "${name}", ${child === undefined ? state.phase : `${ending}, pid ${child.pid}`}${daemon ? ', daemon' : ''} }`;
  }

  /** @internal Called in the child: the instance that runs there. */
  static [Symbol.for('core-process.revive')](
    this: abstract new () => Process,
    fields: object,
    target: ((...args: unknown[]) => unknown) | undefined,
    args: readonly unknown[],
  ): Process {
    const instance = Object.create(this.prototype as object) as Process;
    internals.set(instance, { phase: 'inside', target, args });
    // Defined, not assigned: a field may have the name of one of the accessors above.
    return Object.defineProperties(instance, Object.getOwnPropertyDescriptors(fields));
  }
}

/*
 * Not private methods: a subclass' instance in the child is made without a constructor, and would lack them.
 */

/** In the copy: this very instance runs there. */
async function runInCopy(
  process: Process<never[]>,
  options: ProcessOptions<never[], unknown>,
  { target, input }: BootMessage,
): Promise<unknown> {
  started = 0;
  const found = target === undefined ? options.target : await resolveTarget(target);
  const { args = [] } =
    input === undefined ? options : ((await decode(input)) as { args: readonly unknown[] });
  const callable = found === undefined ? undefined : callableOf(found, 'Option "target"');
  internals.set(process, { phase: 'inside', target: callable, args });
  return await process.run();
}

function startedChild(process: object): ChildHandle | undefined {
  const state = internalsOf(process);
  if (state.phase === 'closed') throw closed(state.name);
  return state.phase === 'started' ? state.child : undefined;
}

function childOf(process: Process<never[]>, use: string): ChildHandle {
  const child = startedChild(process);
  if (child !== undefined) return child;
  if (internalsOf(process).phase === 'inside') {
    throw new ProcessStateError(`"${use}" is the parent's business: this is the process itself.`);
  }
  throw new ProcessStateError(
    `Process "${process.name}" has not been started; call start() before "${use}".`,
  );
}

function beforeStart(process: Process<never[]>, use: string) {
  const state = internalsOf(process);
  if (state.phase === 'new') return state;
  throw new ProcessStateError(`The ${use} of process "${process.name}" can't be changed after start().`);
}

/** The living children of this process, in a new list: neither the dead nor zombies are in it. */
export function activeChildren(): Process<never[]>[] {
  return livingChildren()
    .map((child) => processOfChild.get(child))
    .filter((found) => found !== undefined);
}

const contextClasses = new WeakSet<object>();

/** @internal A subclass that only sets a start method runs what Process runs. */
export function markContextClass(processClass: object): void {
  contextClasses.add(processClass);
}

function hasOwnRun(processClass: object): boolean {
  return processClass !== Process && !contextClasses.has(processClass);
}

function internalsOf(instance: object): Internals {
  const state = internals.get(instance);
  if (state === undefined) {
    throw new ProcessStateError('This is no Process: a subclass has to call super() in its constructor.');
  }
  return state;
}

function closed(name: string): ProcessStateError {
  return new ProcessStateError(`Process "${name}" is closed.`);
}

/** Arguments and instance fields, each named as the user knows it if it can't be sent. */
function encodeInput(args: readonly unknown[], fields: object, sent: SentHandovers): Buffer {
  try {
    return encode({ args, fields }, '', sent);
  } catch (error) {
    if (!(error instanceof CoreProcessError)) throw error;
    // Once more, part by part, for a path that begins with what the user wrote.
    encode(args, 'args');
    encode(fields, 'this');
    throw new InvalidOptionError('args', error.message);
  }
}
