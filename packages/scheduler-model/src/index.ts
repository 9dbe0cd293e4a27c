// The public names of scheduler-model.

export type { DeadlockStep, StallCause } from './engine/engine.js';
export { InvalidInputError, PolicyError, type PolicyMethod, SchedulerModelError } from './errors.js';
export { EVENT_ORDER, type EventClass, type Simultaneous } from './event-queue.js';
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
export { type GanttTextOptions, renderGanttText } from './output/gantt-text.js';
export { fcfs } from './policies/fcfs.js';
export type {
  DequeueReason,
  EnqueueReason,
  Policy,
  PolicyContext,
  ProcessView,
  Scheduler,
  StopReason,
} from './policies/policy.js';
export { type RoundRobinOptions, roundRobin } from './policies/round-robin.js';
export { serial } from './policies/serial.js';
export { sjf } from './policies/sjf.js';
export type { ProcessState, TransitionReason } from './process-state.js';
export type { Random } from './random.js';
export { simulate } from './simulate.js';
export {
  createSimulation,
  type ProcessSnapshot,
  type Run,
  type SimulateOptions,
  type Simulation,
} from './simulation.js';
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
