// A run that can be stopped at any moment, looked at, and taken back. Going back runs it again from the
// start to the moment before: the engine keeps no copies of itself, and policies need not know how.

import { type DeadlockStep, Engine, type StallCause } from './engine/engine.js';
import { InvalidInputError } from './errors.js';
import { EVENT_ORDER, type Simultaneous } from './event-queue.js';
import { checkFits, type Machine, type MachineOptions, resolveMachine } from './machine.js';
import { measure, type ProcessResult, type RunMetrics, Tally } from './metrics.js';
import type { Policy } from './policies/policy.js';
import { type ProcessState, TRANSITION_REASONS } from './process-state.js';
import { type Random, seededRandom } from './random.js';
import { type Trace, TraceColumns, type TraceLevel, type TraceSink } from './trace.js';
import { requireInteger, requireObject, requireOneOf, requireText } from './validate.js';
import { type ProcessSpec, type ResolvedProcess, resolveWorkload } from './workload.js';

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
   * Where random draws start, of policies and of balancing: a safe integer of 0 or more.
   *
   * @defaultValue 0
   */
  readonly seed?: number | undefined;
  /** Makes the source of numbers, instead of `seed`; called at the start of each run. */
  readonly random?: (() => Random) | undefined;
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
  /**
   * How much of the trace to keep. Results are the same at every level; charts need `full`.
   *
   * @defaultValue 'full'
   */
  readonly trace?: TraceLevel | undefined;
}

/** What became of a run. Plain data save for the trace, and the same for the same input, byte for byte. */
export interface Run {
  /** `completed` if every process terminated. */
  readonly outcome: 'completed' | 'stalled';
  /**
   * Why it stalled: the bound was reached; everyone left waits for somebody else; or the policy picked
   * nobody, with nothing left to wait for.
   */
  readonly stalledBy: StallCause | undefined;
  /** Who waits for whom in a circle, if that is why it stalled. */
  readonly deadlock: readonly DeadlockStep[];
  /** The policy's name. */
  readonly policy: string;
  readonly machine: Machine;
  readonly seed: number;
  readonly simultaneous: Simultaneous;
  /** In the order of the workload, then of forks. */
  readonly processes: readonly ProcessResult[];
  readonly metrics: RunMetrics;
  readonly trace: Trace;
}

/** A process at the moment a simulation stands at. */
export interface ProcessSnapshot {
  readonly pid: number;
  readonly name: string;
  readonly state: ProcessState;
  /** Ticks it has had a core. */
  readonly ran: number;
  /** Ticks of work until its next operation that is not `cpu`. */
  readonly remainingBurst: number;
}

interface Input {
  readonly workload: readonly ResolvedProcess[];
  readonly policy: Policy;
  readonly machine: Machine;
  readonly seed: number;
  readonly random: () => Random;
  readonly simultaneous: Simultaneous;
  readonly maxEvents: number;
  readonly level: TraceLevel;
}

const RULES = Object.keys(EVENT_ORDER) as Simultaneous[];

/** Of the level `slices`: who takes and who leaves a core. */
const IS_SLICE = Uint8Array.from(TRANSITION_REASONS, (reason) =>
  [
    'arrival',
    'fork',
    'io-done',
    'lock-granted',
    'child-exit',
    'no-memory',
    'swapped-in',
    'reap',
    'migrate',
    'warm',
    'evict',
  ].includes(reason)
    ? 0
    : 1,
);

/** One attempt at a run, from its start. */
class Attempt {
  readonly columns = new TraceColumns();
  readonly engine: Engine;
  readonly #tally: Tally | undefined;
  state: StallCause | 'running' | 'completed' = 'running';
  moments = 0;

  constructor(input: Input) {
    const { machine, workload, level } = input;
    if (level !== 'full') this.#tally = new Tally(machine.cores, workload.length);
    this.engine = new Engine({ ...input, random: input.random(), sink: this.#sink(level) });
  }

  step(): boolean {
    if (this.state !== 'running') return false;
    this.state = this.engine.step();
    this.moments++;
    return true;
  }

  result(input: Input): Run {
    const { machine, policy, seed, simultaneous } = input;
    const stalledBy = this.state === 'completed' || this.state === 'running' ? undefined : this.state;
    const context = {
      cores: machine.cores,
      processes: this.engine.processes.map(({ spec, arrival }) => ({
        name: spec.name,
        arrival,
        deadline: spec.deadline,
      })),
    };
    return {
      outcome: this.state === 'completed' ? 'completed' : 'stalled',
      stalledBy,
      deadlock: stalledBy === 'deadlock' ? this.engine.deadlock() : [],
      policy: policy.name,
      machine,
      seed,
      simultaneous,
      ...(this.#tally?.results(context) ?? measure(this.columns, context)),
      trace: this.columns,
    };
  }

  #sink(level: TraceLevel): TraceSink {
    const { columns } = this;
    const tally = this.#tally;
    if (tally === undefined) return columns;
    if (level === 'none') return tally;
    return {
      append(time, pid, reason, core) {
        tally.append(time, pid, reason, core);
        if (IS_SLICE[reason] === 1) columns.append(time, pid, reason, core);
      },
    };
  }
}

/** A run under the caller's hands. Made by {@link createSimulation}. */
export class Simulation {
  readonly #input: Input;
  #attempt: Attempt;

  /** @internal */
  constructor(input: Input) {
    this.#input = input;
    this.#attempt = new Attempt(input);
  }

  /** The time it stands at, in ticks. */
  get time(): number {
    return this.#attempt.engine.now;
  }

  /** Moments handled so far. */
  get moments(): number {
    return this.#attempt.moments;
  }

  /** Whether there is nothing more to do: all ended, or stalled. */
  get isOver(): boolean {
    return this.#attempt.state !== 'running';
  }

  /** What each process is doing, by pid. */
  get processes(): readonly ProcessSnapshot[] {
    return this.#attempt.engine.processes.map(({ view, state }) => {
      const { pid, name, ran, remainingBurst } = view;
      return { pid, name, state, ran, remainingBurst };
    });
  }

  /** The pid each core is busy with, or undefined. */
  get cores(): readonly (number | undefined)[] {
    return this.#attempt.engine.cores;
  }

  /** The rows so far; grows with the run. */
  get trace(): Trace {
    return this.#attempt.columns;
  }

  /** On to the next moment at which something happens; false if there is none. */
  step(): boolean {
    return this.#attempt.step();
  }

  /** Back to the moment before; false at the start. Costs as much as running there. */
  stepBack(): boolean {
    const moments = this.#attempt.moments - 1;
    if (moments < 0) return false;
    this.#attempt = new Attempt(this.#input);
    while (this.#attempt.moments < moments) this.#attempt.step();
    return true;
  }

  /**
   * To a time, forward or back: all that happens up to and at it has happened.
   *
   * @param time - ticks, 0 or more
   */
  goTo(time: number): void {
    const target = requireInteger('goTo(time)', time, 0);
    if (target < this.time) this.#attempt = new Attempt(this.#input);
    while (!this.isOver && this.#attempt.engine.nextTime <= target) this.#attempt.step();
  }

  /** To the end. */
  run(): Run {
    while (this.#attempt.step());
    return this.result();
  }

  /** The results up to where it stands; before the end its outcome is `stalled`, by no cause. */
  result(): Run {
    return this.#attempt.result(this.#input);
  }
}

/**
 * Prepares a run to be stepped through.
 *
 * @param processes - what to run; pids are given in this order, from 1, and settle simultaneous arrivals
 * @throws {@link InvalidInputError} naming the field and the value
 */
export function createSimulation(processes: readonly ProcessSpec[], options: SimulateOptions): Simulation {
  const workload = resolveWorkload(processes);
  const given = requireObject('options', options, 'an object with at least a policy');
  const machine = resolveMachine(given['machine']);
  checkFits(workload, machine);
  const policy = requirePolicy(given['policy']);
  const seed = requireInteger('seed', given['seed'] ?? 0, 0);
  return new Simulation({
    workload,
    policy,
    machine,
    seed,
    random: requireSource(given['random']) ?? (() => seededRandom(seed)),
    simultaneous: requireOneOf('simultaneous', given['simultaneous'] ?? 'arrivals-first', RULES),
    maxEvents: requireInteger('maxEvents', given['maxEvents'] ?? 1_000_000, 1),
    level: requireOneOf('trace', given['trace'] ?? 'full', ['none', 'slices', 'full']),
  });
}

function requirePolicy(value: unknown): Policy {
  const policy = requireObject('policy', value, 'a policy, such as roundRobin({ quantum: 2 })');
  requireText('policy.name', policy['name']);
  if (typeof policy['start'] === 'function') return value as Policy;
  throw new InvalidInputError({ field: 'policy.start', value: policy['start'], expected: 'a function' });
}

function requireSource(value: unknown): (() => Random) | undefined {
  if (value === undefined || typeof value === 'function') return value as (() => Random) | undefined;
  throw new InvalidInputError({ field: 'random', value, expected: 'a function that makes a source' });
}
