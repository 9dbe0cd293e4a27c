export { type Context, getContext } from './context.js';
export {
  type CurrentProcess,
  currentProcess,
  isMainProcess,
  ParentProcess,
  parentProcess,
} from './current-process.js';
export {
  CoreProcessError,
  type CoreProcessErrorCode,
  InvalidOptionError,
  NotCloneableError,
  ProcessExitedError,
  ProcessKilledError,
  ProcessStartError,
  ProcessStateError,
  StartedWhileImportingError,
  StartMethodUnavailableError,
  TargetNeverSettledError,
  TargetNotExportedError,
  TargetNotFoundError,
} from './errors.js';
export type { ExitReason, ExitRecord } from './exit-record.js';
export type { Handover } from './messaging/clone.js';
export { cpuCount, type CpuCountSources } from './os/cpu-count.js';
export { processState, type ProcessStateLetter } from './os/proc-status.js';
export type { OutputLines } from './output-lines.js';
export { activeChildren, Process } from './process.js';
export type { ProcessOptions } from './process-options.js';
export { setForkServerPreload, stopForkServer } from './start-methods/forkserver.js';
export { startMethods } from './start-methods/choose-start-method.js';
export type { StartMethodName, StdioMode } from './start-methods/start-method.js';
export type { Target } from './target/reference.js';
export type { WaitOptions, WaitSyncOptions } from './wait-options.js';
