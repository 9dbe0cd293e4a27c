// The public names of scheduler-model.

export type { StallCause } from './engine.js';
export { InvalidInputError, PolicyError, SchedulerModelError } from './errors.js';
export { EVENT_ORDER, type EventClass, type Simultaneous } from './event-queue.js';
export type { Machine, MachineOptions } from './machine.js';
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
} from './policies/policy.js';
export { type RoundRobinOptions, roundRobin } from './policies/round-robin.js';
export { serial } from './policies/serial.js';
export { sjf } from './policies/sjf.js';
export type { ProcessState, TransitionReason } from './process-state.js';
export type { Random } from './random.js';
export { type Run, type SimulateOptions, simulate } from './simulate.js';
export type { Trace, Transition } from './trace.js';
export {
  type CpuOperation,
  cpu,
  type IoOperation,
  io,
  type Operation,
  type ProcessSpec,
} from './workload.js';
