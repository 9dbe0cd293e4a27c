/**
 * Every error that this package throws on purpose.
 *
 * Match on `code`: it survives a second copy of the package and the way between two processes,
 * `instanceof` survives neither.
 */
/** Stable identifiers of this package's errors. */
export type CoreProcessErrorCode =
  | 'ERR_INVALID_OPTION'
  | 'ERR_PROCESS_STATE'
  | 'ERR_PROCESS_START'
  | 'ERR_REPORT_DAMAGED'
  | 'ERR_PROCESS_EXITED'
  | 'ERR_PROCESS_KILLED'
  | 'ERR_TARGET_NEVER_SETTLED'
  | 'ERR_TARGET_NOT_EXPORTED'
  | 'ERR_TARGET_NOT_FOUND'
  | 'ERR_NOT_CLONEABLE'
  | 'ERR_STARTED_WHILE_IMPORTING'
  | 'ERR_TREE_TOO_LARGE'
  | 'ERR_START_METHOD_UNAVAILABLE'
  | 'ERR_TIMEOUT'
  | 'ERR_CONNECTION_CLOSED'
  | 'ERR_CONNECTION_ENDED'
  | 'ERR_MESSAGE_TORN'
  | 'ERR_QUEUE_CLOSED'
  | 'ERR_QUEUE_LOST'
  | 'ERR_BLOCKING_UNAVAILABLE'
  | 'ERR_WORKER_DIED'
  | 'ERR_POOL_BROKEN'
  | 'ERR_POOL_CLOSED'
  | 'ERR_POOL_TERMINATED';

/** Base of this package's errors. */
export class CoreProcessError extends Error {
  override readonly name: string = 'CoreProcessError';
  readonly code: CoreProcessErrorCode;

  constructor(code: CoreProcessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An option or argument has a value that can't be used. `ERR_INVALID_OPTION` */
export class InvalidOptionError extends CoreProcessError {
  override readonly name = 'InvalidOptionError';
  /** Name of the option. */
  readonly option: string;

  constructor(option: string, message: string) {
    super('ERR_INVALID_OPTION', message);
    this.option = option;
  }
}

/** The call doesn't fit the state that the process is in: a second start, a join before it. `ERR_PROCESS_STATE` */
export class ProcessStateError extends CoreProcessError {
  override readonly name = 'ProcessStateError';

  constructor(message: string) {
    super('ERR_PROCESS_STATE', message);
  }
}

/** The operating system did not start the process; its reason is the `cause`. `ERR_PROCESS_START` */
export class ProcessStartError extends CoreProcessError {
  override readonly name = 'ProcessStartError';

  constructor(processName: string, cause: Error) {
    super(
      'ERR_PROCESS_START',
      `Process "${processName}" could not be started: ${cause.message.replace(/\.?$/, '.')} ${startAdvice(cause)}`,
      { cause },
    );
  }
}

function startAdvice(cause: Error): string {
  switch ((cause as NodeJS.ErrnoException).code ?? '') {
    case 'ENOENT':
    case 'EACCES':
    case 'ENOEXEC':
      return 'Check that execPath is a Node program, and that cwd is still there.';
    case 'E2BIG':
      return 'Its environment, options and name are too long for the operating system: pass large data in args.';
    default:
      return 'Check that the limits on processes, descriptors and memory leave room for one more.';
  }
}

/** What a process reported can't be read, so its result is lost. `ERR_REPORT_DAMAGED` */
export class ReportDamagedError extends CoreProcessError {
  override readonly name = 'ReportDamagedError';

  constructor(processName: string, options?: ErrorOptions) {
    super(
      'ERR_REPORT_DAMAGED',
      `What process "${processName}" reported can't be read. Look for something in it that writes to descriptor 4.`,
      options,
    );
  }
}

/** The process ended by itself before its target had given a result. `ERR_PROCESS_EXITED` */
export class ProcessExitedError extends CoreProcessError {
  override readonly name = 'ProcessExitedError';
  readonly pid: number;
  readonly exitCode: number;

  /** @param began - whether Node came so far as to import the target */
  constructor(processName: string, pid: number, exitCode: number, began: boolean) {
    super(
      'ERR_PROCESS_EXITED',
      `Process "${processName}" (pid ${pid}) ended with exit code ${exitCode} ` +
        (began
          ? 'before its target had returned. Look for process.exit() in what it runs, or read `exit` instead of `result`.'
          : "before its target was reached. Look at Node's options (execArgv, NODE_OPTIONS) and what they preload."),
    );
    this.pid = pid;
    this.exitCode = exitCode;
  }
}

/** The process was killed by a signal before its target had given a result. `ERR_PROCESS_KILLED` */
export class ProcessKilledError extends CoreProcessError {
  override readonly name = 'ProcessKilledError';
  readonly pid: number;
  readonly signal: NodeJS.Signals;

  constructor(processName: string, pid: number, signal: NodeJS.Signals) {
    super(
      'ERR_PROCESS_KILLED',
      `Process "${processName}" (pid ${pid}) was killed by ${signal} before its target had returned. ` +
        'It was not started again; start another Process if the work may run twice.',
    );
    this.pid = pid;
    this.signal = signal;
  }
}

/** Nothing was left to do in the process while its target was still pending. `ERR_TARGET_NEVER_SETTLED` */
export class TargetNeverSettledError extends CoreProcessError {
  override readonly name = 'TargetNeverSettledError';

  constructor(processName: string) {
    super(
      'ERR_TARGET_NEVER_SETTLED',
      `The target of process "${processName}" waits for something that can't come any more: nothing is left to do. ` +
        'Look for a promise that is never resolved.',
    );
  }
}

/** A function or class was given that another process can't import. `ERR_TARGET_NOT_EXPORTED` */
export class TargetNotExportedError extends CoreProcessError {
  override readonly name = 'TargetNotExportedError';

  constructor(reason: string) {
    super(
      'ERR_TARGET_NOT_EXPORTED',
      `${reason} A process has a memory of its own: what it runs is sent by reference, never as source text. ` +
        'Either export the function from its module and pass what it needs in `args`, ' +
        "or name it: target: new URL('./worker.js#task', import.meta.url).",
    );
  }
}

/** The module of a target, or the export in it, is not there. `ERR_TARGET_NOT_FOUND` */
export class TargetNotFoundError extends CoreProcessError {
  override readonly name = 'TargetNotFoundError';
  /** URL of the module. */
  readonly module: string;

  constructor(module: string, message: string, options?: ErrorOptions) {
    super('ERR_TARGET_NOT_FOUND', message, options);
    this.module = module;
  }
}

/** A value can't be sent to another process. `ERR_NOT_CLONEABLE` */
export class NotCloneableError extends CoreProcessError {
  override readonly name = 'NotCloneableError';
  /** Where in the value the trouble lies, for example `args[1].callback`. */
  readonly path: string;

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(
      'ERR_NOT_CLONEABLE',
      `${path} can't be sent to another process: it is ${what}. ` +
        'Plain data, Map, Set, Date, Error, ArrayBuffer and typed arrays can; pass a function by its module and name.',
      options,
    );
    this.path = path;
  }
}

/** A process was started by a module that a child is still importing. `ERR_STARTED_WHILE_IMPORTING` */
export class StartedWhileImportingError extends CoreProcessError {
  override readonly name = 'StartedWhileImportingError';

  constructor(module: string) {
    super(
      'ERR_STARTED_WHILE_IMPORTING',
      `A process was started while ${module} is still being imported in a child: each child would start the next, without end. ` +
        'Put the start under the main guard:\n\n' +
        "    import { isMainProcess } from 'core-process';\n" +
        '    if (isMainProcess) {\n      process.start();\n    }\n',
    );
  }
}

/** Children of children start ever more processes. `ERR_TREE_TOO_LARGE` */
export class TreeTooLargeError extends CoreProcessError {
  override readonly name = 'TreeTooLargeError';
  /** The main process. */
  readonly rootPid: number;
  /** Living processes of its tree. */
  readonly processes: number;

  constructor(rootPid: number, processes: number, generations: number) {
    super(
      'ERR_TREE_TOO_LARGE',
      `Main process ${rootPid} has ${processes} descendants by now, and one of generation ${generations} starts yet another. ` +
        'Look for a start without the main guard (if (isMainProcess) …); ' +
        'if so many are meant, set the variable CORE_PROCESS_MAX_TREE to how many there may be.',
    );
    this.rootPid = rootPid;
    this.processes = processes;
  }
}

/** This platform, or this Node, can't start processes that way. `ERR_START_METHOD_UNAVAILABLE` */
export class StartMethodUnavailableError extends CoreProcessError {
  override readonly name = 'StartMethodUnavailableError';

  constructor(method: string, available: readonly string[], reason?: string) {
    super(
      'ERR_START_METHOD_UNAVAILABLE',
      `Start method ${JSON.stringify(method)} is not available here${reason === undefined ? '' : `: ${reason.replace(/\.$/, '')}`}; use one of: ${available.join(', ')}.`,
    );
  }
}

/** Time ran out before there was what was waited for. `ERR_TIMEOUT` */
export class TimeoutError extends CoreProcessError {
  override readonly name = 'TimeoutError';
  /** Milliseconds that were given. */
  readonly timeout: number;

  constructor(message: string, timeout: number) {
    super('ERR_TIMEOUT', message);
    this.timeout = timeout;
  }
}

/** This end of a connection was closed, or handed to another process. `ERR_CONNECTION_CLOSED` */
export class ConnectionClosedError extends CoreProcessError {
  override readonly name = 'ConnectionClosedError';

  constructor(message: string, options?: ErrorOptions) {
    super('ERR_CONNECTION_CLOSED', message, options);
  }
}

/** The other end is closed, or its process has ended: nothing comes any more. `ERR_CONNECTION_ENDED` */
export class ConnectionEndedError extends CoreProcessError {
  override readonly name = 'ConnectionEndedError';

  constructor(options?: ErrorOptions) {
    super(
      'ERR_CONNECTION_ENDED',
      'The other end of the connection is closed, or its process has ended; every message that it had sent was read. ' +
        'Take this as the end of the conversation, or make a new Pipe().',
      options,
    );
  }
}

/** The sender died in the middle of a message. `ERR_MESSAGE_TORN` */
export class MessageTornError extends CoreProcessError {
  override readonly name = 'MessageTornError';

  constructor(options?: ErrorOptions) {
    super(
      'ERR_MESSAGE_TORN',
      'The process at the other end died in the middle of a message. What it had sent before was whole; ' +
        'the torn message is dropped, send it again over a new connection.',
      options,
    );
  }
}

/** The queue was closed. `ERR_QUEUE_CLOSED` */
export class QueueClosedError extends CoreProcessError {
  override readonly name = 'QueueClosedError';

  constructor() {
    super('ERR_QUEUE_CLOSED', 'The queue is closed: nothing can be put into it or taken out any more.');
  }
}

/** The process that made the queue, and held its items, has ended. `ERR_QUEUE_LOST` */
export class QueueLostError extends CoreProcessError {
  override readonly name = 'QueueLostError';

  constructor(options?: ErrorOptions) {
    super(
      'ERR_QUEUE_LOST',
      'The process that made the queue has ended, and the items with it, or had closed the queue before this one came. ' +
        'Make the queue in the process that lives longest, and close it last.',
      options,
    );
  }
}

/** A thread can't be blocked until another process does something: foreign calls are missing. `ERR_BLOCKING_UNAVAILABLE` */
export class BlockingUnavailableError extends CoreProcessError {
  override readonly name = 'BlockingUnavailableError';

  /** @param call - the name of a synchronous twin */
  constructor(call: string) {
    super(
      'ERR_BLOCKING_UNAVAILABLE',
      `${call}() would have to wait without the event loop, which needs foreign calls: 64-bit Linux, and koffi with its binary for this platform. ` +
        `Use await ${call.replace(/Sync$/, '')}() here, or look why they are missing: CORE_PROCESS_NO_FFI=1 turns them off, NODE_DEBUG=core-process says why koffi was not loaded.`,
    );
  }
}

/** A pool's worker ended while it ran a task. `ERR_WORKER_DIED` */
export class WorkerDiedError extends CoreProcessError {
  override readonly name = 'WorkerDiedError';
  readonly pid: number | undefined;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Name of the task's function. */
  readonly task: string;

  constructor(
    task: string,
    how: {
      readonly pid: number | undefined;
      readonly exitCode: number | null;
      readonly signal: NodeJS.Signals | null;
    },
    attempts: number,
    options?: ErrorOptions,
  ) {
    const end = how.signal === null ? `ended with exit code ${how.exitCode}` : `was killed by ${how.signal}`;
    super(
      'ERR_WORKER_DIED',
      `Worker ${how.pid} ${end} while running "${task}". ` +
        (attempts > 1
          ? `It was attempt ${attempts}, and the last: the task seems to end whatever runs it.`
          : "The task was not retried; set onWorkerDeath: 'retry' if it may run twice."),
      options,
    );
    this.pid = how.pid;
    this.exitCode = how.exitCode;
    this.signal = how.signal;
    this.task = task;
  }
}

/** The pool can't run anything any more; the `cause` says why. `ERR_POOL_BROKEN` */
export class PoolBrokenError extends CoreProcessError {
  override readonly name = 'PoolBrokenError';

  constructor(reason: string, options?: ErrorOptions) {
    super(
      'ERR_POOL_BROKEN',
      `The pool is broken: ${reason} Repair what the cause says and make a new Pool.`,
      options,
    );
  }
}

/** The call doesn't fit a closed pool, or one that is still open. `ERR_POOL_CLOSED` */
export class PoolClosedError extends CoreProcessError {
  override readonly name = 'PoolClosedError';

  constructor(message: string) {
    super('ERR_POOL_CLOSED', message);
  }
}

/** The pool was terminated before the task had ended. `ERR_POOL_TERMINATED` */
export class PoolTerminatedError extends CoreProcessError {
  override readonly name = 'PoolTerminatedError';

  constructor() {
    super(
      'ERR_POOL_TERMINATED',
      'The pool was terminated before this task had ended. Use close() and join() to let tasks end first.',
    );
  }
}
