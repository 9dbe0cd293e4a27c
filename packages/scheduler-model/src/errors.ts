// Every error this package throws. Callers match `code`: it survives a second copy of the package.

/** Any value as a short piece of a message; never throws. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' || (typeof value === 'object' && value !== null))
    return `a ${typeof value}`;
  return String(value);
}

/** The base of all errors of this package. */
export abstract class SchedulerModelError extends Error {
  /** Stable identifier; match this rather than the class or the message. */
  abstract readonly code: string;
}

/** The workload, the machine, a policy's options or the options of a run were not usable. */
export class InvalidInputError extends SchedulerModelError {
  override readonly name = 'InvalidInputError';
  readonly code = 'ERR_SCHEDULER_INVALID_INPUT';
  /** Where the value stood, written as one would in code: `processes[0].script[2].ticks`. */
  readonly field: string;
  /** What was given there. */
  readonly value: unknown;

  constructor(facts: { readonly field: string; readonly value: unknown; readonly expected: string }) {
    super(`${facts.field} is ${show(facts.value)}; give ${facts.expected}.`);
    this.field = facts.field;
    this.value = facts.value;
  }
}

/** What a policy is asked by, or asks itself. */
export type PolicyMethod = 'start' | 'pickNext' | 'sliceFor' | 'timerAt';

/** A policy answered with something the engine cannot act on: the fault is in the policy, not the workload. */
export class PolicyError extends SchedulerModelError {
  override readonly name = 'PolicyError';
  readonly code = 'ERR_SCHEDULER_POLICY';
  /** The policy's name. */
  readonly policy: string;
  /** The method that gave the answer. */
  readonly method: PolicyMethod;
  /** What it answered. */
  readonly value: unknown;
  /** When it was asked, in ticks. */
  readonly time: number;

  constructor(facts: {
    readonly policy: string;
    readonly method: PolicyMethod;
    readonly value: unknown;
    readonly time: number;
    readonly problem: string;
  }) {
    super(
      `policy "${facts.policy}": ${facts.method}() ${facts.method === 'timerAt' ? 'was given' : 'answered'} ${show(facts.value)} at time ${facts.time}; ${facts.problem}`,
    );
    this.policy = facts.policy;
    this.method = facts.method;
    this.value = facts.value;
    this.time = facts.time;
  }
}
