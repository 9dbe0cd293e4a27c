/**
 * Which worker runs which task, and what becomes of a task when its worker dies.
 *
 * A task is in one place at a time: in the queue, at one worker, or settled. Whatever ends a worker puts each of its
 * tasks in another place in the same turn; whatever ends the pool settles them all.
 *
 * Short tasks are sent ahead, so that a worker need not wait between two; how far follows from how long the
 * function's tasks took of late, so that none waits long behind another while a second worker is free.
 */
import { childContext } from '../child-context.js';
import {
  PoolBrokenError,
  PoolClosedError,
  PoolTerminatedError,
  StartedWhileImportingError,
  TimeoutError,
  WorkerDiedError,
} from '../errors.js';
import type { ExitRecord } from '../exit-record.js';
import { decodeValue } from '../messaging/codec.js';
import { restoreThrown, type ThrownRecord } from '../messaging/error-record.js';
import { holdLoop } from '../messaging/keep-alive.js';
import { RING_LINK_BYTES } from '../messaging/ring-link.js';
import { futexCalls } from '../os/futex.js';
import { createSharedPages, type SharedPages } from '../os/shared-pages.js';
import { findLoadedClass } from '../target/find-loaded-class.js';
import type { TargetReference } from '../target/reference.js';
import type { ResolvedPoolOptions } from './pool-options.js';
import type { Failure } from './protocol.js';
import type { PoolTask } from './task.js';
import { TaskQueue } from './task-queue.js';
import { type WorkerEvents, WorkerProcess } from './worker-process.js';
import { setTimeout, clearTimeout, nextTick, monotonicNow } from '../real-timers.js';

/** A worker is sent no more than this ahead: so many milliseconds of work, so many tasks. */
const AHEAD_MS = 2;
const AHEAD_TASKS = 64;

/** About what it takes an idle worker to wake and begin. */
const WAKE_MS = 0.05;

/** So many workers that die before they are ready, one after the other, break the pool. */
const START_FAILURES = 3;

/** So many workers may die while they read a task that had not begun. */
const LOST_DELIVERIES = 3;

/** What a pool does at this moment, and what it has done. */
export interface PoolMetrics {
  readonly workers: readonly {
    readonly pid: number | undefined;
    readonly state: 'starting' | 'ready' | 'retiring' | 'ended';
    /** Name of the function that it runs. */
    readonly task: string | undefined;
    /** Tasks that it was given. */
    readonly assigned: number;
  }[];
  /** Tasks that wait for a worker. */
  readonly queued: number;
  readonly running: number;
  readonly completed: number;
  /** Cancelled ones too. */
  readonly failed: number;
  readonly retried: number;
  /** Workers whose end nobody had asked for. */
  readonly died: number;
}

export class Dispatcher implements WorkerEvents {
  readonly #options: ResolvedPoolOptions;
  readonly #context = childContext();
  readonly #queue = new TaskQueue();
  readonly #workers = new Set<WorkerProcess>();
  /** For one worker alone, which has ended before. */
  readonly #homeless: PoolTask[] = [];
  /** Workers that were given something in this turn. */
  readonly #touched = new Set<WorkerProcess>();
  readonly #waitingForRoom: (() => void)[] = [];
  readonly #onEmpty: (() => void)[] = [];
  #state: 'open' | 'closing' | 'ended' = 'open';
  /** Why every further task is refused. */
  #refusal: (() => Error) | undefined;
  #unsettled = 0;
  #releaseLoop: (() => void) | undefined;
  #isScheduled = false;
  #startFailures = 0;
  #startedWorkers = 0;
  #isRebalanceSet = false;
  /** Memory of workers that have ended, for the next ones. */
  readonly #freePages: SharedPages[] = [];
  readonly #counts = { completed: 0, failed: 0, retried: 0, died: 0 };

  /** One function for all tasks. */
  readonly #onTaskSettled = () => {
    if (--this.#unsettled > 0) return;
    this.#releaseLoop?.();
    this.#endIfDone();
  };

  constructor(options: ResolvedPoolOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** @throws PoolClosedError, PoolBrokenError, PoolTerminatedError, StartedWhileImportingError */
  checkOpen(): void {
    const importing = this.#context?.importing;
    if (importing !== undefined) throw new StartedWhileImportingError(importing);
    if (this.#refusal !== undefined) throw this.#refusal();
  }

  /** Takes a task. */
  add(task: PoolTask, signal: AbortSignal | undefined): void {
    this.checkOpen();
    this.#watch(task, signal);
    this.#queue.push(task);
    this.#schedule();
  }

  /** Takes a task for each worker; all are started for it. */
  addForEach(makeTask: () => PoolTask, signal: AbortSignal | undefined): void {
    this.checkOpen();
    this.#startWorkers(this.#options.processes - this.#living());
    // Unless that has broken the pool.
    this.checkOpen();
    const workers = [...this.#workers].filter(({ state }) => state !== 'retiring');
    const lists = workers.map(({ own }) => own);
    // Whoever takes the place of one that is about to end.
    while (lists.length < this.#options.processes) lists.push(this.#homeless);
    // All or none: one that can't be sent throws here.
    const tasks = lists.map(() => makeTask());
    for (const [index, task] of tasks.entries()) {
      task.isForOne = true;
      this.#watch(task, signal);
      lists[index]?.push(task);
    }
    this.#schedule();
  }

  #watch(task: PoolTask, signal: AbortSignal | undefined): void {
    if (this.#unsettled++ === 0) this.#releaseLoop = holdLoop();
    task.onSettled = this.#onTaskSettled;
    if (signal !== undefined) {
      const onAbort = () => this.cancel(task, signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      task.onSettled = () => {
        signal.removeEventListener('abort', onAbort);
        this.#onTaskSettled();
      };
    }
  }

  /** Resolves when the queue has room; undefined when it has some now. */
  room(): Promise<void> | undefined {
    if (this.#queue.length <= this.#options.maxQueued) return undefined;
    return new Promise((resolve) => this.#waitingForRoom.push(resolve));
  }

  /** Settles a task with the reason, wherever it is. */
  cancel(task: PoolTask, reason: unknown): void {
    if (task.isSettled) return;
    const worker = [...this.#workers].find((candidate) => candidate.tasks.includes(task));
    if (worker === undefined) {
      // One that is for one worker is passed over there.
      if (!task.isForOne) this.#queue.discount();
    } else {
      worker.cancel(task, reason);
      if (worker.running === task) {
        this.#takeBack(worker);
        this.#schedule();
      }
    }
    this.#counts.failed++;
    task.fail(reason);
    this.#tellRoom();
  }

  /** What the caller of a generator has taken makes room for more. */
  credit(task: PoolTask): void {
    for (const worker of this.#workers) if (worker.running === task) worker.credit(task);
  }

  /** Takes no more tasks; workers end when all have been answered. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#refusal = () =>
      new PoolClosedError('The pool was closed and takes no more tasks; make a new Pool.');
    this.#endIfDone();
  }

  /** Ends the workers, and fails every task that is not settled. */
  terminate(makeError: () => Error = () => new PoolTerminatedError()): void {
    if (this.#state === 'ended' && this.#unsettled === 0 && this.#workers.size === 0) return;
    this.#state = 'ended';
    this.#refusal = makeError;
    const atWorkers = [...this.#workers].flatMap((worker) => [...worker.tasks, ...worker.own]);
    for (const worker of this.#workers) worker.terminate();
    for (const task of [...this.#queue.clear(), ...this.#homeless.splice(0), ...atWorkers]) {
      if (task.isSettled) continue;
      this.#counts.failed++;
      task.fail(makeError());
    }
    this.#tellRoom();
  }

  /** Resolves when the last worker has ended. */
  async join(): Promise<void> {
    if (this.#state === 'open') {
      throw new PoolClosedError('join() waits for the end of a pool; call close() or terminate() before it.');
    }
    if (this.#unsettled === 0 && this.#workers.size === 0) return;
    const releaseLoop = holdLoop();
    try {
      await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
    } finally {
      releaseLoop();
    }
  }

  metrics(): PoolMetrics {
    for (const worker of this.#workers) worker.poll();
    const workers = [...this.#workers];
    const running = workers.filter((worker) => worker.running !== undefined).length;
    return {
      workers: workers.map(({ pid, state, running, assigned, takenBack }) => ({
        pid,
        state,
        task: running?.name,
        assigned: assigned - takenBack,
      })),
      queued: this.#queue.length,
      running,
      ...this.#counts,
    };
  }

  onReady(worker: WorkerProcess): void {
    this.#startFailures = 0;
    this.#watchIdle(worker);
    this.#schedule();
  }

  onNotReady(worker: WorkerProcess, thrown: ThrownRecord): void {
    worker.state = 'retiring';
    // It ends for a reason that is known, and about to be told: not one of those that just die.
    worker.wasEndedByPool = true;
    void restoreThrown(thrown, findClassOnce).then((cause) =>
      this.#break('the initializer failed in a worker.', cause),
    );
  }

  onStarted(worker: WorkerProcess, task: PoolTask): void {
    if (task.isSettled) {
      // It was cancelled while the word of its beginning was on the way.
      worker.killUnlessEnds(task);
      return;
    }
    if (task.timeout === Infinity) return;
    task.timer = setTimeout(() => {
      this.cancel(
        task,
        new TimeoutError(
          `Task "${task.name}" ran longer than ${task.timeout} ms. It is told by currentTask().signal, and killed after the grace period.`,
          task.timeout,
        ),
      );
    }, task.timeout);
  }

  onReturned(task: PoolTask, message: Buffer, offset: number): void {
    if (task.isSettled) return;
    let value: unknown;
    try {
      value = decodeValue(message, offset);
    } catch (error) {
      this.#fail(task, error);
      return;
    }
    if (value instanceof Promise) {
      value.then(
        (rebuilt) => this.#return(task, rebuilt),
        (error: unknown) => this.#fail(task, error),
      );
    } else this.#return(task, value);
  }

  onThrew(task: PoolTask, failure: Failure): void {
    if (task.isSettled) return;
    void restoreFailure(failure).then(
      ({ error, before }) => this.#fail(task, error, before),
      (error: unknown) => this.#fail(task, error),
    );
  }

  onProgress(task: PoolTask, message: Buffer, offset: number): void {
    if (task.isSettled || task.onProgress === undefined) return;
    task.onProgress(decodeValue(message, offset));
  }

  onYielded(_worker: WorkerProcess, task: PoolTask, message: Buffer, offset: number): void {
    task.yield(decodeValue(message, offset));
  }

  onAnswered(worker: WorkerProcess): void {
    this.#watchIdle(worker);
    this.#schedule();
  }

  onEnded(worker: WorkerProcess, exit: ExitRecord, cause: unknown): void {
    this.#workers.delete(worker);
    if (worker.pages !== undefined) {
      Buffer.from(worker.pages.buffer, 0, RING_LINK_BYTES).fill(0);
      this.#freePages.push(worker.pages);
    }
    const left = [...worker.tasks];
    const reason = exit.reason === 'threw' || exit.reason === 'start-failed' ? { cause } : {};
    if (!worker.wasEndedByPool) this.#counts.died++;
    // Last first: each goes to the head of its lane.
    for (const task of left.toReversed()) {
      if (task.isSettled) continue;
      if (task === worker.running) this.#runnerDied(task, exit, reason);
      else if (task === left[0] && ++task.lostDeliveries >= LOST_DELIVERIES) {
        this.#fail(task, new WorkerDiedError(task.name, exit, task.lostDeliveries, reason));
      } else this.#putBack(task);
    }
    // Whoever takes its place does what was meant for it.
    this.#homeless.push(...worker.own);
    if (!worker.wasReady && !worker.wasEndedByPool) this.#startFailed(exit, cause);
    this.#schedule();
    this.#endIfDone();
  }

  #runnerDied(task: PoolTask, exit: ExitRecord, reason: ErrorOptions): void {
    const { onWorkerDeath, retries } = this.#options;
    task.attempts++;
    clearTimeout(task.timer);
    if (onWorkerDeath === 'retry' && task.attempts <= retries && !task.isSingleUse) {
      this.#counts.retried++;
      this.#putBack(task);
      return;
    }
    const error = new WorkerDiedError(task.name, exit, task.attempts, reason);
    this.#fail(task, error);
    if (onWorkerDeath === 'break') this.#break('a worker died, and onWorkerDeath is "break".', error);
  }

  #putBack(task: PoolTask): void {
    if (task.isForOne) this.#homeless.push(task);
    else this.#queue.putBack(task);
  }

  #startFailed(exit: ExitRecord, cause: unknown): void {
    if (++this.#startFailures < START_FAILURES) return;
    this.#break(
      `${START_FAILURES} workers one after the other ended before they were ready, the last ` +
        `${exit.signal === null ? `with exit code ${exit.exitCode}` : `by ${exit.signal}`}.`,
      cause,
    );
  }

  #break(reason: string, cause: unknown): void {
    if (this.#state === 'ended') return;
    this.terminate(() => new PoolBrokenError(reason, { cause }));
  }

  #return(task: PoolTask, value: unknown): void {
    if (task.isSettled) return;
    this.#counts.completed++;
    task.return(value);
  }

  #fail(task: PoolTask, error: unknown, before?: readonly unknown[]): void {
    if (task.isSettled) return;
    this.#counts.failed++;
    task.fail(error, before);
  }

  /** After this turn's code and its promises: what they submit goes out together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTick(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const now = monotonicNow();
    for (const worker of this.#workers) {
      if (worker.state === 'ready' && worker.own.length > 0) this.#assignOwn(worker);
    }
    for (let task = this.#queue.peek(); task !== undefined; task = this.#queue.peek()) {
      const worker = this.#workerFor(task, now);
      if (worker === undefined) break;
      this.#queue.shift();
      this.#assign(task, worker);
    }
    for (const worker of this.#touched) worker.flush();
    this.#touched.clear();
    if (this.#queue.length === 0) this.#rebalance();
    this.#startMissing();
    this.#tellRoom();
  }

  #assign(task: PoolTask, worker: WorkerProcess): void {
    worker.assign(task);
    this.#touched.add(worker);
    if (worker.assigned - worker.takenBack >= this.#options.maxTasksPerChild) worker.retire();
  }

  /** What is for it alone, once it has nothing else. */
  #assignOwn(worker: WorkerProcess): void {
    while (worker.own[0]?.isSettled === true) worker.own.shift();
    const [task] = worker.own;
    if (task === undefined || worker.tasks.length > 0) return;
    worker.own.shift();
    this.#assign(task, worker);
  }

  /** Takes back what was sent ahead and waits behind a long task while another worker has nothing to do. */
  #rebalance(): void {
    let isOneFree = this.#living() < this.#options.processes;
    let mayHelp = false;
    for (const worker of this.#workers) {
      if (worker.state === 'ready' && worker.tasks.length === 0) isOneFree = true;
      if (worker.tasks.length > 1) mayHelp = true;
    }
    if (!isOneFree || !mayHelp) return;
    const now = monotonicNow();
    for (const worker of this.#workers) {
      if (worker.tasks.length > 1 && now - worker.runningSince > AHEAD_MS) this.#takeBack(worker);
    }
    if (this.#queue.length > 0) this.#schedule();
    else if (!this.#isRebalanceSet) {
      this.#isRebalanceSet = true;
      setTimeout(() => {
        this.#isRebalanceSet = false;
        if (this.#queue.length === 0) this.#rebalance();
      }, AHEAD_MS);
    }
  }

  #takeBack(worker: WorkerProcess): void {
    for (const task of worker.takeBack().toReversed()) {
      if (task.isSettled) continue;
      if (task.isForOne) worker.own.unshift(task);
      else this.#queue.putBack(task);
    }
  }

  /**
   * The worker with the least to do, if the task may be sent ahead there. An idle one is better only if the task would
   * begin there sooner, which takes a sleeping process some time.
   */
  #workerFor(task: PoolTask, now: number): WorkerProcess | undefined {
    let idle: WorkerProcess | undefined;
    let best: WorkerProcess | undefined;
    let ahead = Infinity;
    for (const worker of this.#workers) {
      if (worker.state !== 'ready' || worker.own.length > 0) continue;
      if (worker.tasks.length === 0) idle ??= worker;
      else {
        const until = worker.usualWork(now);
        if (until >= ahead) continue;
        best = worker;
        ahead = until;
      }
    }
    // A task that may be killed takes none with it, and one that counts memory is looked at alone.
    if (
      best === undefined ||
      best.tasks.length >= AHEAD_TASKS ||
      this.#options.maxMemoryPerChild !== undefined
    ) {
      return idle;
    }
    const limit = idle === undefined ? AHEAD_MS : WAKE_MS;
    return ahead + task.function.usual <= limit ? best : idle;
  }

  /** Workers are started when there is something for them to do. */
  #startMissing(): void {
    if (this.#state === 'ended') return;
    let starting = 0;
    for (const worker of this.#workers) if (worker.state === 'starting') starting++;
    const waiting = this.#queue.length + this.#homeless.length;
    this.#startWorkers(Math.min(waiting - starting, this.#options.processes - this.#living()));
  }

  #startWorkers(count: number): void {
    for (let started = 0; started < count; started++) {
      try {
        this.#startWorker();
      } catch (cause) {
        this.#break('a worker could not be started.', cause);
        return;
      }
    }
  }

  #startWorker(): void {
    const name = `PoolWorker-${++this.#startedWorkers}`;
    const pages = this.#freePages.pop() ?? (futexCalls() && createSharedPages(RING_LINK_BYTES));
    try {
      const worker = new WorkerProcess(name, this.#options, this, pages);
      const task = this.#homeless.shift();
      if (task !== undefined) worker.own.push(task);
      this.#workers.add(worker);
    } catch (error) {
      pages?.discard();
      throw error;
    }
  }

  /** One that only has to end does not count. */
  #living(): number {
    let living = 0;
    for (const worker of this.#workers) if (worker.state !== 'retiring' || worker.tasks.length > 0) living++;
    return living;
  }

  #watchIdle(worker: WorkerProcess): void {
    clearTimeout(worker.idleTimer);
    if (worker.tasks.length > 0 || this.#options.idleTimeout === Infinity) return;
    worker.idleTimer = setTimeout(() => worker.retire(), this.#options.idleTimeout).unref();
  }

  #tellRoom(): void {
    const places = this.#state === 'ended' ? Infinity : this.#options.maxQueued - this.#queue.length;
    if (places <= 0 || this.#waitingForRoom.length === 0) return;
    for (const resolve of this.#waitingForRoom.splice(0, places)) resolve();
  }

  #endIfDone(): void {
    if (this.#state === 'open' || this.#unsettled > 0) return;
    this.#state = 'ended';
    for (const worker of this.#workers) worker.retire();
    if (this.#workers.size > 0) return;
    for (const pages of this.#freePages.splice(0)) pages.discard();
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }
}

/** Classes of errors that were found before: a look costs milliseconds. */
const foundClasses = new Map<string, unknown>();

async function findClassOnce(reference: TargetReference): Promise<unknown> {
  const key = JSON.stringify(reference);
  const known = foundClasses.get(key);
  if (known !== undefined) return known;
  const found = await findLoadedClass(reference);
  if (found !== undefined) foundClasses.set(key, found);
  return found;
}

async function restoreFailure({ thrown, before }: Failure) {
  return {
    error: await restoreThrown(thrown, findClassOnce),
    before: before === undefined ? [] : ((await decodeValue(Buffer.from(before))) as unknown[]),
  };
}
