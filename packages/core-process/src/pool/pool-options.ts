/** Options of a pool and of its tasks, checked once. */
import { InvalidOptionError } from '../errors.js';
import { cpuCount } from '../os/cpu-count.js';
import { check, checkProcessOptions, type ProcessOptions } from '../process-options.js';
import { referenceOf, type TargetReference } from '../target/reference.js';

/** An exported function, or the place of one. */
export type PoolFunction<A extends unknown[] = never[], R = unknown> =
  | ((...args: A) => R)
  | URL
  | { readonly module: string | URL; readonly export?: string | undefined };

/**
 * What becomes of a task whose worker died while it ran. Tasks that had not begun run elsewhere in any case.
 *
 * | policy      | the task                                        |
 * | ----------- | ----------------------------------------------- |
 * | `fail-task` | fails with WorkerDiedError                      |
 * | `retry`     | runs again, `retries` times at most             |
 * | `break`     | fails, and the pool with all its other tasks too |
 */
export type WorkerDeathPolicy = 'fail-task' | 'retry' | 'break';

export interface PoolOptions
  extends Pick<ProcessOptions<never[], unknown>, 'env' | 'cwd' | 'execArgv' | 'execPath' | 'startMethod'> {
  /** Most workers at a time; each is started when it is needed. @defaultValue {@link cpuCount}() */
  readonly processes?: number | undefined;
  /** Runs once in every worker, before its first task. When it throws, the pool is broken. */
  readonly initializer?: PoolFunction | undefined;
  /** @defaultValue `[]` */
  readonly initializerArgs?: readonly unknown[] | undefined;
  /** A worker is replaced after so many tasks; a chunk of a map is one. @defaultValue `Infinity` */
  readonly maxTasksPerChild?: number | undefined;
  /** A worker is replaced when its resident memory, after a task, exceeds so many bytes. @defaultValue `Infinity` */
  readonly maxMemoryPerChild?: number | undefined;
  /** A worker ends after so many milliseconds without a task. @defaultValue `Infinity` */
  readonly idleTimeout?: number | undefined;
  /** @defaultValue `fail-task` */
  readonly onWorkerDeath?: WorkerDeathPolicy | undefined;
  /** How often a task may run again under `onWorkerDeath: 'retry'`. @defaultValue 2 */
  readonly retries?: number | undefined;
  /** `submit()` waits while so many tasks wait for a worker. @defaultValue 16 for each of `processes` */
  readonly maxQueued?: number | undefined;
  /** Milliseconds that a cancelled task, or a worker that shall end, has before SIGKILL. @defaultValue 1000 */
  readonly gracePeriod?: number | undefined;
  /** Standard output and error of the workers. @defaultValue `inherit` */
  readonly stdio?: 'inherit' | 'ignore' | undefined;
}

export interface TaskOptions {
  /** Milliseconds it may run; its clock starts when it runs. @defaultValue `Infinity` */
  readonly timeout?: number | undefined;
  /** Takes it out of the queue, or aborts `currentTask().signal` and, after a grace period, kills the worker. */
  readonly signal?: AbortSignal | undefined;
  /** Higher runs earlier. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** Hears what the task gives to `currentTask().reportProgress()`. */
  readonly onProgress?: ((value: unknown) => void) | undefined;
}

export interface MapOptions extends TaskOptions {
  /** Items that go to a worker together, as one task. */
  readonly chunkSize?: number | undefined;
}

/** Complete options of a pool. */
export interface ResolvedPoolOptions
  extends Pick<PoolOptions, 'env' | 'cwd' | 'execArgv' | 'execPath' | 'startMethod'> {
  readonly processes: number;
  readonly initializer: TargetReference | undefined;
  readonly initializerArgs: readonly unknown[];
  readonly maxTasksPerChild: number;
  readonly maxMemoryPerChild: number | undefined;
  readonly idleTimeout: number;
  readonly onWorkerDeath: WorkerDeathPolicy;
  readonly retries: number;
  readonly maxQueued: number;
  readonly gracePeriod: number;
  readonly stdio: 'inherit' | 'ignore';
}

const isCount = (value: unknown) => value === Infinity || (Number.isInteger(value) && (value as number) >= 1);
const isDuration = (value: unknown) => typeof value === 'number' && value >= 0;
const A_COUNT = 'a whole number from 1 on';

/** @throws InvalidOptionError naming the option and what was given */
export function resolvePoolOptions(options: PoolOptions): ResolvedPoolOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', 'Pool takes one object: new Pool({ processes: 4 }).');
  }
  const { env, cwd, execArgv, execPath, startMethod } = options;
  checkProcessOptions({ env, cwd, execArgv });
  check(
    'processes',
    options.processes,
    A_COUNT,
    (count) => Number.isInteger(count) && (count as number) >= 1,
  );
  check('initializerArgs', options.initializerArgs, 'an array', Array.isArray);
  check('maxTasksPerChild', options.maxTasksPerChild, A_COUNT, isCount);
  check('maxMemoryPerChild', options.maxMemoryPerChild, 'a number of bytes from 1 on', isCount);
  check('idleTimeout', options.idleTimeout, '0 or more milliseconds', isDuration);
  check('onWorkerDeath', options.onWorkerDeath, "'fail-task', 'retry' or 'break'", (policy) =>
    ['fail-task', 'retry', 'break'].includes(policy as string),
  );
  check('retries', options.retries, A_COUNT, isCount);
  check('maxQueued', options.maxQueued, A_COUNT, isCount);
  check('gracePeriod', options.gracePeriod, '0 or more milliseconds', isDuration);
  check('stdio', options.stdio, "'inherit' or 'ignore'", (stdio) =>
    ['inherit', 'ignore'].includes(stdio as string),
  );
  const processes = options.processes ?? cpuCount();
  const { maxMemoryPerChild } = options;
  return {
    env,
    cwd,
    execArgv,
    execPath,
    startMethod,
    processes,
    initializer: options.initializer === undefined ? undefined : referenceOf(options.initializer),
    initializerArgs: options.initializerArgs ?? [],
    maxTasksPerChild: options.maxTasksPerChild ?? Infinity,
    maxMemoryPerChild: maxMemoryPerChild === Infinity ? undefined : maxMemoryPerChild,
    idleTimeout: options.idleTimeout ?? Infinity,
    onWorkerDeath: options.onWorkerDeath ?? 'fail-task',
    retries: options.retries ?? 2,
    maxQueued: options.maxQueued ?? 16 * processes,
    gracePeriod: options.gracePeriod ?? 1000,
    stdio: options.stdio ?? 'inherit',
  };
}

/** @throws InvalidOptionError naming the option and what was given */
export function checkTaskOptions(options: MapOptions): void {
  check(
    'timeout',
    options.timeout,
    'a number of milliseconds above 0',
    (timeout) => typeof timeout === 'number' && timeout > 0,
  );
  check('signal', options.signal, 'an AbortSignal', (signal) => signal instanceof AbortSignal);
  check(
    'priority',
    options.priority,
    'a number',
    (priority) => typeof priority === 'number' && !Number.isNaN(priority),
  );
  check('onProgress', options.onProgress, 'a function', (callback) => typeof callback === 'function');
  check('chunkSize', options.chunkSize, A_COUNT, (size) => Number.isInteger(size) && (size as number) >= 1);
}
