/**
 * The parent's side of one started child: from its birth to the moment when all it said has been read.
 *
 * States: running → ended (the exit is known) → complete (its report has been read to the end, too).
 * `result` settles and `completed` resolves with the last step, whatever ended the child.
 */
import { deserialize } from 'node:v8';
import {
  ProcessExitedError,
  ProcessKilledError,
  ProcessStartError,
  ReportDamagedError,
  TargetNeverSettledError,
} from './errors.js';
import { type ExitReason, type ExitRecord, signalName } from './exit-record.js';
import { unregister } from './children.js';
import { addSource, block, turnUntil } from './messaging/blocking-turn.js';
import { decode } from './messaging/clone.js';
import { restoreThrown } from './messaging/error-record.js';
import { FrameReader } from './messaging/frame.js';
import type { ReportMessage } from './messaging/report-message.js';
import { OutputLines } from './output-lines.js';
import { POLLIN } from './os/poll.js';
import { readProcStat } from './os/proc-status.js';
import {
  type ChildEnd,
  type Drain,
  takeAll,
  waitByLooking,
  type WaitStatus,
  watchChildEnd,
} from './os/wait-child.js';
import type { ChildStream, RunningChild, StartMethod, StartRequest } from './start-methods/start-method.js';
import { findLoadedClass } from './target/find-loaded-class.js';

export class ChildHandle {
  readonly name: string;
  readonly daemon: boolean;
  readonly pid: number | undefined;
  readonly stdout: OutputLines | undefined;
  readonly stderr: OutputLines | undefined;
  /** What the target returned. Nobody needs to look at it: a rejection that is not awaited stays quiet. */
  readonly result: Promise<unknown>;
  /** Resolves when the process has ended and everything it said has been read. */
  readonly completed: Promise<ExitRecord>;
  exit: ExitRecord | undefined;
  /** Set when the reason to end it was its AbortSignal. */
  cancelled: { readonly reason: unknown } | undefined;

  readonly #child: RunningChild;
  readonly #report = new FrameReader();
  readonly #open: Set<ChildStream>;
  /** Of each stream, as a source for a blocked thread. */
  readonly #leave = new Map<ChildStream, () => void>();
  #said: Exclude<ReportMessage, { kind: 'began' }> | undefined;
  #began = false;
  #isReportDamaged = false;
  #heldResult: Promise<unknown> | undefined;
  readonly #waiting = new Set<() => void>();
  #ended: { exitCode: number | null; signal: NodeJS.Signals | null } | undefined;
  #holds = 0;
  #settle!: { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void };
  #complete!: (exit: ExitRecord) => void;

  constructor(method: StartMethod, request: StartRequest, daemon: boolean) {
    this.name = request.name;
    this.daemon = daemon;
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.result.catch(() => undefined);
    this.completed = new Promise((resolve) => {
      this.#complete = resolve;
    });
    this.#child = method.start(request, {
      onData: (stream, chunk) => this.#onData(stream, chunk),
      onStreamEnd: (stream) => this.#onStreamEnd(stream),
      onExit: (exitCode, signal) => this.#onExit(exitCode, signal),
      onStartFailed: (error) => this.#onStartFailed(error),
    });
    this.pid = this.#child.pid;
    this.#open = new Set(this.#child.streams);
    if (this.#open.has('stdout')) this.stdout = new OutputLines();
    if (this.#open.has('stderr')) this.stderr = new OutputLines();
    for (const stream of this.#open) this.#readWhileBlocked(stream);
    if (daemon) this.#child.unref();
  }

  /** False for a zombie too: what has ended is not alive. */
  isAlive(): boolean {
    if (this.pid === undefined || this.#ended !== undefined) return false;
    return readProcStat(this.pid)?.state !== 'Z';
  }

  get exitCode(): number | null {
    return this.#ended?.exitCode ?? null;
  }

  get signalCode(): NodeJS.Signals | null {
    return this.#ended?.signal ?? null;
  }

  /** @returns false when it had ended already */
  signal(signal: NodeJS.Signals): boolean {
    return this.#ended === undefined && this.#child.signal(signal);
  }

  tell(message: Uint8Array): void {
    this.#child.tell(message);
  }

  /** Calls back at the end, or at once if that is past. @returns how to hear no more of it */
  whenCompleted(listener: () => void): () => void {
    if (this.exit !== undefined) listener();
    else this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  /** The result; who looks at it waits for it, for a daemon's too. */
  get heldResult(): Promise<unknown> {
    if (this.#heldResult === undefined) {
      this.#heldResult = this.holdWhile(this.result);
      this.#heldResult.catch(() => undefined);
    }
    return this.#heldResult;
  }

  /** Keeps the event loop alive until the promise has settled, for a daemon too. */
  async holdWhile<T>(work: Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#child.ref();
    try {
      return await work;
    } finally {
      if (--this.#holds === 0 && this.daemon) this.#child.unref();
    }
  }

  /**
   * Blocks the thread until it has ended.
   *
   * @param deadline - milliseconds on the clock of performance.now()
   * @returns false when it is still alive
   */
  waitSync(deadline: number): boolean {
    if (this.pid === undefined || this.exit !== undefined) return true;
    if (this.#ended === undefined) {
      const end = watchChildEnd(this.pid);
      const status =
        end === undefined ? waitByLooking(this.pid, deadline, this.#drains()) : this.#waitFor(end, deadline);
      if (status === undefined) return false;
      const { exitCode, signalNumber } = status;
      this.#markEnded(exitCode, signalNumber === null ? null : signalName(signalNumber));
    }
    return true;
  }

  /** Queues go on meanwhile, and its pipes are read: the child may wait for this process. */
  #waitFor(end: ChildEnd, deadline: number): WaitStatus | undefined {
    let status: WaitStatus | undefined;
    const leave = addSource({
      fd: end.fd,
      events: POLLIN,
      onReady: () => {
        status = end.status();
      },
    });
    try {
      block('joinSync', () => turnUntil(() => status !== undefined, deadline));
    } finally {
      leave();
      end.close();
    }
    if (status !== undefined) for (const drain of this.#drains()) takeAll(drain);
    return status;
  }

  #drains(): Drain[] {
    return [...this.#open].map((stream) => this.#drain(stream)).filter(({ fd }) => fd >= 0);
  }

  #drain(stream: ChildStream): Drain {
    return {
      fd: this.#child.descriptor(stream) ?? -1,
      take: (chunk) => this.#onData(stream, chunk),
    };
  }

  #readWhileBlocked(stream: ChildStream): void {
    const drain = () => this.#drain(stream);
    let hasEnded = false;
    const leave = addSource({
      get fd() {
        return drain().fd;
      },
      get events() {
        return hasEnded ? 0 : POLLIN;
      },
      onReady: () => {
        hasEnded = !takeAll(drain());
      },
    });
    this.#leave.set(stream, leave);
  }

  #onData(stream: ChildStream, chunk: Buffer): void {
    if (stream !== 'report') {
      this[stream]?.push(chunk);
      return;
    }
    for (const payload of this.#report.push(chunk)) {
      this.#hear(payload);
    }
  }

  #hear(payload: Buffer): void {
    // The first word counts: after a result, a later error of something left running shows in the exit code.
    if (this.#said !== undefined || this.#isReportDamaged) return;
    let message: ReportMessage;
    try {
      message = deserialize(payload) as ReportMessage;
    } catch (cause) {
      this.#isReportDamaged = true;
      this.#settle.reject(new ReportDamagedError(this.name, { cause }));
      return;
    }
    if (message.kind === 'began') {
      this.#began = true;
      return;
    }
    this.#said = message;
    this.#settleFrom(message);
  }

  #onStreamEnd(stream: ChildStream): void {
    if (stream !== 'report') this[stream]?.end();
    this.#open.delete(stream);
    this.#leave.get(stream)?.();
    this.#completeIfDone();
  }

  #onExit(exitCode: number | null, signal: NodeJS.Signals | null): void {
    this.#markEnded(exitCode, signal);
    this.#completeIfDone();
  }

  #markEnded(exitCode: number | null, signal: NodeJS.Signals | null): void {
    this.#ended ??= { exitCode, signal };
    unregister(this);
  }

  #onStartFailed(cause: Error): void {
    if (this.exit !== undefined) return;
    unregister(this);
    this.#settle.reject(new ProcessStartError(this.name, cause));
    this.#finish({ exitCode: null, signal: null, reason: 'start-failed', pid: undefined });
  }

  #finish(exit: ExitRecord): void {
    this.exit = exit;
    for (const listener of this.#waiting) listener();
    this.#waiting.clear();
    this.#complete(exit);
  }

  /** The report has to be read to its end; output that a grandchild still holds open has not. */
  #completeIfDone(): void {
    if (this.exit !== undefined || this.#ended === undefined || this.#open.has('report')) return;
    const { exitCode, signal } = this.#ended;
    if (this.#said === undefined) this.#settle.reject(this.#whyNoResult());
    this.#finish({ exitCode, signal, reason: this.#reason(), pid: this.pid });
  }

  #reason(): ExitReason {
    if (this.#ended?.signal != null) return this.cancelled === undefined ? 'signaled' : 'cancelled';
    if (this.#said?.kind === 'threw') return 'threw';
    if (this.#said?.kind === 'returned') return this.#ended?.exitCode === 0 ? 'returned' : 'exited';
    return this.#said?.kind === 'never-settled' ? 'threw' : 'exited';
  }

  #whyNoResult(): unknown {
    const { exitCode, signal } = this.#ended ?? {};
    if (this.cancelled !== undefined) return this.cancelled.reason;
    return signal == null
      ? new ProcessExitedError(this.name, this.pid ?? 0, exitCode ?? 0, this.#began)
      : new ProcessKilledError(this.name, this.pid ?? 0, signal);
  }

  #settleFrom(message: Exclude<ReportMessage, { kind: 'began' }>): void {
    const { resolve, reject } = this.#settle;
    switch (message.kind) {
      case 'returned':
        decode(message.value).then(resolve, reject);
        return;
      case 'threw':
        if (message.isAbortReason && this.cancelled !== undefined) reject(this.cancelled.reason);
        else restoreThrown(message.thrown, findLoadedClass).then(reject, reject);
        return;
      case 'never-settled':
        reject(new TargetNeverSettledError(this.name));
        return;
      default:
        message satisfies never;
    }
  }
}
