// The front door: checks everything once, runs the engine, and reads the results off its trace.

import { Engine, type StallCause } from './engine.js';
import { InvalidInputError } from './errors.js';
import { EVENT_ORDER, type Simultaneous } from './event-queue.js';
import { type Machine, type MachineOptions, resolveMachine } from './machine.js';
import { measure, type ProcessResult, type RunMetrics } from './metrics.js';
import type { Policy } from './policies/policy.js';
import type { Trace } from './trace.js';
import { requireInteger, requireObject, requireText } from './validate.js';
import { type ProcessSpec, resolveWorkload } from './workload.js';

/** How to run a workload. */
export interface SimulateOptions {
  /** Who decides which process runs. */
  readonly policy: Policy;
  /**
   * What it runs on.
   *
   * @defaultValue one core, free context switches
   */
  readonly machine?: MachineOptions | undefined;
  /**
   * Where a policy's random draws start: a safe integer of 0 or more. The policies of this version draw none.
   *
   * @defaultValue 0
   */
  readonly seed?: number | undefined;
  /**
   * Who is queued first when a slice ends at the tick at which another process arrives or is back from I/O.
   *
   * @defaultValue 'arrivals-first'
   */
  readonly simultaneous?: Simultaneous | undefined;
  /**
   * Events after which the run ends as `stalled`. A turn costs one, or two if switching takes time.
   *
   * @defaultValue 1000000
   */
  readonly maxEvents?: number | undefined;
}

/** What became of a run. Plain data save for the trace, and the same for the same input, byte for byte. */
export interface Run {
  /** `completed` if every process terminated. */
  readonly outcome: 'completed' | 'stalled';
  /** Why it stalled: the bound was reached, or nothing was left to wait for while the policy picked nobody. */
  readonly stalledBy: StallCause | undefined;
  /** The policy's name. */
  readonly policy: string;
  readonly machine: Machine;
  readonly seed: number;
  readonly simultaneous: Simultaneous;
  /** In the order of the workload. */
  readonly processes: readonly ProcessResult[];
  readonly metrics: RunMetrics;
  readonly trace: Trace;
}

/**
 * Runs a workload on a machine under a policy. An empty workload completes at time 0.
 *
 * @param processes - what to run; pids are given in this order, from 1, and settle simultaneous arrivals
 * @returns results in whole ticks, and the trace they were computed from
 * @throws {@link InvalidInputError} naming the field and the value, before anything has run
 * @throws {@link PolicyError} if the policy picks a process that is not ready, or a slice that is none
 */
export function simulate(processes: readonly ProcessSpec[], options: SimulateOptions): Run {
  const workload = resolveWorkload(processes);
  const given = requireObject('options', options, 'an object with at least a policy');
  const machine = resolveMachine(given['machine']);
  const policy = requirePolicy(given['policy']);
  const seed = requireInteger('seed', given['seed'] ?? 0, 0);
  const simultaneous = requireSimultaneous(given['simultaneous'] ?? 'arrivals-first');
  const maxEvents = requireInteger('maxEvents', given['maxEvents'] ?? 1_000_000, 1);

  const engine = new Engine({ workload, policy, machine, seed, simultaneous, maxEvents });
  const stalledBy = engine.run();
  const { trace } = engine;
  return {
    outcome: stalledBy === undefined ? 'completed' : 'stalled',
    stalledBy,
    policy: policy.name,
    machine,
    seed,
    simultaneous,
    ...measure(trace, { cores: machine.cores, processes: workload }),
    trace,
  };
}

function requirePolicy(value: unknown): Policy {
  const policy = requireObject('policy', value, 'a policy, such as roundRobin({ quantum: 2 })');
  requireText('policy.name', policy['name']);
  if (typeof policy['start'] === 'function') return value as Policy;
  throw new InvalidInputError({ field: 'policy.start', value: policy['start'], expected: 'a function' });
}

function requireSimultaneous(value: unknown): Simultaneous {
  if (typeof value === 'string' && Object.hasOwn(EVENT_ORDER, value)) return value as Simultaneous;
  const expected = Object.keys(EVENT_ORDER)
    .map((name) => `'${name}'`)
    .join(' or ');
  throw new InvalidInputError({ field: 'simultaneous', value, expected });
}
