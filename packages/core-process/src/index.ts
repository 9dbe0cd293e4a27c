export { type Context, getContext } from './context.js';
export {
  type CurrentProcess,
  currentProcess,
  isMainProcess,
  ParentProcess,
  parentProcess,
} from './current-process.js';
export {
  BlockingUnavailableError,
  ConnectionClosedError,
  ConnectionEndedError,
  CoreProcessError,
  type CoreProcessErrorCode,
  InvalidOptionError,
  MessageTornError,
  NotCloneableError,
  PoolBrokenError,
  PoolClosedError,
  PoolTerminatedError,
  ProcessExitedError,
  ProcessKilledError,
  ProcessStartError,
  ProcessStateError,
  ReportDamagedError,
  QueueClosedError,
  QueueLostError,
  StartedWhileImportingError,
  StartMethodUnavailableError,
  TargetNeverSettledError,
  TargetNotExportedError,
  TargetNotFoundError,
  TreeTooLargeError,
  TimeoutError,
  WorkerDiedError,
} from './errors.js';
export type { ExitReason, ExitRecord } from './exit-record.js';
export { JoinableQueue, Queue } from './messaging/queue.js';
export { wait, type Waitable } from './messaging/wait.js';
export type { Handover, HandoverFate } from './messaging/clone.js';
export { Connection, Pipe, type PipeOptions } from './messaging/connection.js';
export { cpuCount, type CpuCountSources } from './os/cpu-count.js';
export { processState, type ProcessStateLetter } from './os/proc-status.js';
export type { OutputLines } from './output-lines.js';
export { type CurrentTask, currentTask } from './pool/current-task.js';
export type { PoolMetrics } from './pool/dispatch.js';
export { type AnyIterable, Pool, type SubmittedTask } from './pool/pool.js';
export type {
  MapOptions,
  PoolFunction,
  PoolOptions,
  TaskOptions,
  WorkerDeathPolicy,
} from './pool/pool-options.js';
export { activeChildren, Process } from './process.js';
export type { ProcessOptions } from './process-options.js';
export { setForkServerPreload, stopForkServer } from './start-methods/forkserver.js';
export { startMethods } from './start-methods/choose-start-method.js';
export type { StartMethodName, StdioMode } from './start-methods/start-method.js';
export type { Target } from './target/reference.js';
export type { WaitOptions, WaitSyncOptions } from './wait-options.js';
