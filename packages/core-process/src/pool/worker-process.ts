/**
 * A worker as its pool sees it: a daemon process, a link to it, and the tasks that are there.
 *
 * starting → ready → (retiring) → ended. `onEnded` comes last and once, when all that it said has been heard.
 */
import { workerEntry } from '../entry-urls.js';
import type { ExitRecord } from '../exit-record.js';
import { recordThrown, type ThrownRecord } from '../messaging/error-record.js';
import { makeOffer, type OpenOffer } from '../messaging/rendezvous.js';
import type { BatchLink } from '../messaging/link.js';
import { RingLink } from '../messaging/ring-link.js';
import type { StreamLink } from '../messaging/stream-link.js';
import { futexCalls } from '../os/futex.js';
import type { SharedPages } from '../os/shared-pages.js';
import { Process } from '../process.js';
import { waitWithin } from '../wait-options.js';
import type { ResolvedPoolOptions } from './pool-options.js';
import {
  ANSWER_HEADER_BYTES,
  encodeFunction,
  encodeShort,
  type Failure,
  FromWorker,
  ID_AT,
  readAnswer,
  readBody,
  SHORT_HEADER_BYTES,
  ToWorker,
  type WorkerBoot,
} from './protocol.js';
import type { PoolTask } from './task.js';
import { setTimeout, clearTimeout, monotonicNow } from '../real-timers.js';

/** What a worker tells its pool. */
export interface WorkerEvents {
  onReady(worker: WorkerProcess): void;
  onNotReady(worker: WorkerProcess, thrown: ThrownRecord): void;
  onStarted(worker: WorkerProcess, task: PoolTask): void;
  /** `value` is encoded and begins at `offset` of the message. */
  onReturned(task: PoolTask, message: Buffer, offset: number): void;
  onThrew(task: PoolTask, failure: Failure): void;
  onProgress(task: PoolTask, message: Buffer, offset: number): void;
  onYielded(worker: WorkerProcess, task: PoolTask, message: Buffer, offset: number): void;
  /** It has room for more: everything that had come was read. */
  onAnswered(worker: WorkerProcess): void;
  onEnded(worker: WorkerProcess, exit: ExitRecord, cause: unknown): void;
}

/** Once a worker is dead, what it had sent is read within so many milliseconds, or its link is cut. */
const LAST_WORDS_MS = 1000;

/** What a task is expected to take of which nothing is known: more than is ever sent ahead of another. */
const UNKNOWN_MS = 1e6;

export class WorkerProcess {
  state: 'starting' | 'ready' | 'retiring' | 'ended' = 'starting';
  /** Sent and not answered, in the order in which they run. */
  readonly tasks: PoolTask[] = [];
  /** The one of them that runs. */
  running: PoolTask | undefined;
  /** Not sent yet, and for this worker alone. */
  readonly own: PoolTask[] = [];
  /** On the clock of performance.now(). */
  runningSince = 0;
  /** What its tasks usually take, in milliseconds. */
  #expected = 0;
  /** Tasks that it was ever given, those that were taken back too. */
  assigned = 0;
  takenBack = 0;
  /** It was, once: a worker that ends before could not be started. */
  wasReady = false;
  /** The pool wanted its end: it is no failure. */
  wasEndedByPool = false;
  idleTimer: NodeJS.Timeout | undefined;

  readonly #process: Process<[WorkerBoot], void>;
  readonly #events: WorkerEvents;
  readonly #offer: OpenOffer;
  /** That it has come, or never will. */
  readonly #linked: Promise<void>;
  readonly #knownFunctions = new Set<number>();
  readonly #gracePeriod: number;
  readonly #pages: SharedPages | undefined;
  #link: BatchLink | undefined;
  #stopReading: (() => void) | undefined;
  #isCorked = false;
  #killTimer: NodeJS.Timeout | undefined;

  /**
   * @param pages - for rings; nobody else uses them while the worker lives
   * @throws what start() of a process throws
   */
  constructor(
    name: string,
    options: ResolvedPoolOptions,
    events: WorkerEvents,
    pages: SharedPages | undefined,
  ) {
    this.#events = events;
    this.#gracePeriod = options.gracePeriod;
    this.#pages = pages;
    let linked!: () => void;
    this.#linked = new Promise((resolve) => {
      linked = resolve;
    });
    this.#offer = makeOffer({
      once: true,
      onLink: (link) => {
        linked();
        this.#listen(link);
      },
      onLost: linked,
    });
    const { env, cwd, execArgv, execPath, startMethod, stdio } = options;
    try {
      this.#process = new Process<[WorkerBoot], void>({
        target: { module: workerEntry, export: 'work' },
        args: [
          {
            offer: this.#offer.offer,
            ring: pages?.path,
            initializer: options.initializer,
            initializerArgs: options.initializerArgs,
            maxMemory: options.maxMemoryPerChild,
          },
        ],
        name,
        daemon: true,
        env,
        cwd,
        execArgv,
        execPath,
        startMethod,
        stdio,
      }).start();
    } catch (error) {
      this.#offer.close();
      throw error;
    }
    void this.#untilEnded();
  }

  /** Free again once it has ended. */
  get pages(): SharedPages | undefined {
    return this.#pages;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Hears what it has said and did not think worth waking for. */
  poll(): void {
    this.#link?.poll();
  }

  /** How long it usually has to do with what it was given; one task that has run for long already may go on as long. */
  usualWork(now: number): number {
    return this.#expected + Math.max(0, now - this.runningSince);
  }

  /** Sends tasks; they go out together at {@link flush}. */
  assign(task: PoolTask): void {
    clearTimeout(this.idleTimer);
    this.assigned++;
    if (this.tasks.length === 0) {
      this.runningSince = monotonicNow();
      this.#expected = 0;
    }
    this.tasks.push(task);
    // As it was known then: the same is taken off.
    task.expected = Math.min(task.function.usual, UNKNOWN_MS);
    this.#expected += task.expected;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#link?.cork();
    }
    const { index, reference } = task.function;
    if (!this.#knownFunctions.has(index)) {
      this.#knownFunctions.add(index);
      this.#tell(encodeFunction(index, reference));
    }
    this.#tell(task.message);
  }

  /** Those that it has not begun, in their order; they will not run here. */
  takeBack(): PoolTask[] {
    const begun = this.#link?.revoke(this.assigned);
    if (begun === undefined) return [];
    // The last ones: tasks run in the order in which they were sent.
    const waiting = this.assigned - begun;
    const back = waiting === 0 ? [] : this.tasks.slice(-waiting);
    this.takenBack += back.length;
    for (const task of back) {
      this.#drop(task);
      if (this.running === task) this.running = undefined;
    }
    return back;
  }

  flush(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#link?.uncork();
  }

  /** Aborts the task's signal over there; if it runs and does not end by itself, the worker is killed. */
  cancel(task: PoolTask, reason: unknown): void {
    this.poll();
    this.#tell(encodeShort(ToWorker.cancel, task.id, { reason: recordThrown(reason, () => undefined) }));
    if (this.running === task) this.killUnlessEnds(task);
  }

  /** A cancelled task has run so far; its time for a good end begins now. */
  killUnlessEnds(task: PoolTask): void {
    const timer = setTimeout(() => {
      if (this.tasks.includes(task)) this.kill();
    }, this.#gracePeriod).unref();
    void this.#process.sentinel.then(() => clearTimeout(timer));
  }

  /** Lets a generator yield once more. */
  credit(task: PoolTask): void {
    this.#tell(encodeShort(ToWorker.credit, task.id));
  }

  /** No more tasks: it answers those that it has, and ends. */
  retire(): void {
    clearTimeout(this.idleTimer);
    if (this.state === 'retiring' || this.state === 'ended') return;
    const wasReady = this.state === 'ready';
    this.state = 'retiring';
    if (wasReady) this.#tell(encodeShort(ToWorker.close, 0));
    // One that is still starting has nothing to lose.
    else this.#process.terminate();
    if (this.tasks.length === 0) this.#endWithinGrace();
  }

  terminate(): void {
    clearTimeout(this.idleTimer);
    this.wasEndedByPool = true;
    if (this.state !== 'ended') this.state = 'retiring';
    this.#process.terminate();
    this.#endWithinGrace();
  }

  kill(): void {
    this.wasEndedByPool = true;
    this.#process.kill();
  }

  /** Resolves when the process is gone. */
  get ended(): Promise<ExitRecord> {
    return this.#process.sentinel;
  }

  #tell(message: Uint8Array): void {
    try {
      void this.#link?.send(message);
    } catch {
      // It has just died: its end tells what becomes of its tasks.
    }
  }

  #endWithinGrace(): void {
    clearTimeout(this.#killTimer);
    if (this.state === 'ended') return;
    this.#killTimer = setTimeout(() => this.kill(), this.#gracePeriod).unref();
  }

  #listen(link: BatchLink): void {
    this.#stopReading?.();
    this.#link = link;
    this.#stopReading = link.inbox.watch(() => this.#readAll(link));
    this.#readAll(link);
  }

  #readAll(link: BatchLink): void {
    const { inbox } = link;
    let hasAnswered = false;
    for (let message = inbox.take(); message !== undefined; message = inbox.take()) {
      if (message[0] === FromWorker.ring) {
        this.#listen(this.#ringLink(link as StreamLink));
        return;
      }
      if (this.#read(message)) hasAnswered = true;
    }
    if (hasAnswered) this.#events.onAnswered(this);
    // Without its link a worker is of no use, whatever it still does.
    if (inbox.end !== undefined && this.state !== 'retiring' && this.state !== 'ended') this.#process.kill();
  }

  #ringLink(stream: StreamLink): RingLink {
    const futex = futexCalls();
    if (this.#pages === undefined || futex === undefined)
      throw new Error('The worker has found a ring that is not there.');
    return new RingLink(stream, this.#pages.buffer, 0, futex);
  }

  /** @returns true when it has room for a task now */
  #read(message: Buffer): boolean {
    const events = this.#events;
    switch (message[0] as number) {
      case FromWorker.returned:
      case FromWorker.threw:
        this.#readAnswer(message);
        return true;
      case FromWorker.started:
        this.#begin(message.readUInt32LE(ID_AT));
        return false;
      case FromWorker.progress: {
        const task = this.#find(message.readUInt32LE(ID_AT));
        if (task !== undefined) events.onProgress(task, message, SHORT_HEADER_BYTES);
        return false;
      }
      case FromWorker.yielded: {
        const task = this.#find(message.readUInt32LE(ID_AT));
        if (task !== undefined) events.onYielded(this, task, message, SHORT_HEADER_BYTES);
        return false;
      }
      case FromWorker.ready:
        if (this.state === 'starting') {
          this.state = 'ready';
          this.wasReady = true;
          events.onReady(this);
        }
        return false;
      case FromWorker.notReady:
        events.onNotReady(this, (readBody(message) as { thrown: ThrownRecord }).thrown);
        return false;
      case FromWorker.retire:
        this.retire();
        return false;
      default:
        throw new Error(`A worker sent a message of kind ${message[0]}, which this pool does not know.`);
    }
  }

  #readAnswer(message: Buffer): void {
    const { id, next, milliseconds } = readAnswer(message);
    const task = this.#find(id);
    if (task === undefined) return;
    this.#drop(task);
    this.running = undefined;
    task.function.took(milliseconds);
    if (message[0] === FromWorker.returned) this.#events.onReturned(task, message, ANSWER_HEADER_BYTES);
    else this.#events.onThrew(task, readBody(message, ANSWER_HEADER_BYTES) as Failure);
    if (next !== 0) this.#begin(next);
    if (this.state === 'retiring' && this.tasks.length === 0) this.#endWithinGrace();
  }

  /** Nearly always the first one. */
  #find(id: number): PoolTask | undefined {
    const [first] = this.tasks;
    return first?.id === id ? first : this.tasks.find((task) => task.id === id);
  }

  #drop(task: PoolTask): void {
    this.tasks.splice(this.tasks.indexOf(task), 1);
    this.#expected -= task.expected;
  }

  #begin(id: number): void {
    const task = this.#find(id);
    if (task === undefined) return;
    this.running = task;
    this.runningSince = monotonicNow();
    this.#events.onStarted(this, task);
  }

  async #untilEnded(): Promise<void> {
    const exit = await this.#process.sentinel;
    clearTimeout(this.#killTimer);
    clearTimeout(this.idleTimer);
    await this.#offer.expire();
    await this.#linked;
    const link = this.#link;
    if (link !== undefined) {
      link.poll();
      // What it had said before its death is in the socket, and counts.
      let stop: (() => void) | undefined;
      const heard = new Promise<void>((resolve) => {
        const look = () => {
          if (link.inbox.end !== undefined) resolve();
        };
        stop = link.inbox.watch(look);
        look();
      });
      await waitWithin(heard, { timeout: LAST_WORDS_MS });
      stop?.();
      link.destroy();
      this.#stopReading?.();
    }
    if (this.state === 'retiring' && this.tasks.length === 0) this.wasEndedByPool = true;
    this.state = 'ended';
    const cause: unknown = await this.#process.result.then(
      () => undefined,
      (error: unknown) => error,
    );
    this.#events.onEnded(this, exit, cause);
  }
}
