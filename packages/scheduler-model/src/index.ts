// The public names of scheduler-model.

export { type Comparison, compare } from './compare.js';
export type { DeadlockStep, StallCause } from './engine/engine.js';
export { InvalidInputError, PolicyError, type PolicyMethod, SchedulerModelError } from './errors.js';
export { EVENT_ORDER, type EventClass, type Simultaneous } from './event-queue.js';
export {
  type GenerateOptions,
  generateWorkload,
  type PeriodicTask,
  periodicTasks,
  type Range,
} from './generate.js';
export { importOstep, importRtApp, type OstepList } from './import.js';
export {
  type LinuxOptions,
  linux,
  type PredictOptions,
  type Prediction,
  type ProcessPrediction,
  predict,
} from './linux.js';
export type {
  BalanceOptions,
  CacheOptions,
  Machine,
  MachineOptions,
  MemoryOptions,
  SliceAccounting,
} from './machine.js';
export {
  type CoreResult,
  type MeasureContext,
  measure,
  type ProcessResult,
  type RunMetrics,
} from './metrics.js';
export { type ChromeTrace, type ChromeTraceEvent, toChromeTrace } from './output/chrome-trace.js';
export { renderComparisonSvg, renderComparisonText } from './output/comparison.js';
export { toFtraceText } from './output/ftrace-text.js';
export { type GanttSvgOptions, renderGanttSvg } from './output/gantt-svg.js';
export { type GanttTextOptions, renderGanttText } from './output/gantt-text.js';
export { type KernelEvent, toKernelEvents } from './output/kernel-events.js';
export { renderStateDiagramSvg, type StateDiagramOptions } from './output/state-diagram-svg.js';
export { type ModeOptions, modes, type Variant } from './modes.js';
export { type CfsOptions, cfs } from './policies/cfs.js';
export { edf } from './policies/edf.js';
export { type EevdfOptions, eevdf } from './policies/eevdf.js';
export { fcfs } from './policies/fcfs.js';
export { type LotteryOptions, lottery } from './policies/lottery.js';
export { type MlfqOptions, mlfq } from './policies/mlfq.js';
export type {
  DequeueReason,
  EnqueueReason,
  Policy,
  PolicyContext,
  ProcessView,
  Scheduler,
  StopReason,
} from './policies/policy.js';
export { type PriorityOptions, priority } from './policies/priority.js';
export { rateMonotonic } from './policies/rate-monotonic.js';
export { type RoundRobinOptions, roundRobin } from './policies/round-robin.js';
export { serial } from './policies/serial.js';
export { sjf } from './policies/sjf.js';
export { srtf } from './policies/srtf.js';
export { type StrideOptions, stride } from './policies/stride.js';
export { type ProcessState, TRANSITION_REASONS, type TransitionReason } from './process-state.js';
export type { Random } from './random.js';
export { simulate } from './simulate.js';
export {
  createSimulation,
  type ProcessSnapshot,
  type Run,
  type SimulateOptions,
  type Simulation,
} from './simulation.js';
export { type Slice, slicesOf } from './slices.js';
export type { Percentiles } from './statistics.js';
export type { Trace, TraceLevel, Transition } from './trace.js';
export {
  type CpuOperation,
  cpu,
  type ExitOperation,
  exit,
  type ForkOperation,
  fork,
  type IoOperation,
  io,
  type LockOperation,
  lock,
  type Operation,
  type ProcessSpec,
  type UnlockOperation,
  unlock,
  type WaitOperation,
  wait,
  type YieldOperation,
  yieldCore,
} from './workload.js';
