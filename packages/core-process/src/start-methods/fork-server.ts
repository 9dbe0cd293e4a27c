/**
 * The owner's side of one fork server: brings it up, asks it for copies, sees it end.
 *
 * Everything here blocks for the moment that it takes, since `start()` gives a pid at once. The server's only
 * way in is one end of a nameless pair of sockets, with which it was born: nobody else can use it.
 */
import { atStep } from '../at-step.js';
import { readSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { childContext } from '../child-context.js';
import { forkServerEntry } from '../entry-urls.js';
import { frame } from '../messaging/frame.js';
import { closeDescriptors, readExactly, sendDescriptors, socketPair } from '../os/descriptors.js';
import { systemError } from '../os/ffi.js';
import { POLLIN, pollDescriptors } from '../os/poll.js';
import { adoptOrphansWhile, COPYABLE_FLAGS } from '../os/process-copy.js';
import { childPids } from '../os/proc-status.js';
import { reapChild, waitForChild } from '../os/wait-child.js';
import { openChildEnds, type OurEnds } from './child-ends.js';
import { isOpen } from './standard-streams.js';
import {
  type Answer,
  ANSWER_BYTES,
  decodeAnswer,
  HELLO_BYTES,
  type ServerConfig,
  TRIAL,
} from './fork-server-protocol.js';
import { reapWhenEnded } from './native-child.js';
import type { LaunchMessage, StdioMode } from './start-method.js';
import { monotonicNow } from '../real-timers.js';

/** Loading modules takes its time; what takes longer than this hangs. */
const LOADING_MS = 60_000;
/** A step of the server or of a copy: a millisecond or two on a machine at rest. */
const STEP_MS = 10_000;

/** How long a process has to end whose socket is closed. */
const REAP_MS = 1000;

/** Signals by which a process ends that a copy should never have become: ILL, TRAP, ABRT, BUS, SEGV, SYS. */
const CRASHES = new Set([4, 5, 6, 7, 11, 31]);

const SIGKILL = 9;

/** libuv's rings of io_uring would be torn down and made anew in each copy. Read at Node's start; copies get ours back. */
const WITHOUT_RINGS = { UV_USE_IO_URING: '0' };

/** What became of a request for a copy. */
export type CopyOutcome =
  | { readonly kind: 'started'; readonly pid: number; readonly ends: OurEnds }
  /** The server is gone, and no copy was made. */
  | { readonly kind: 'lost' }
  /** The operating system gave no process; a `spawn` would not get one either. */
  | { readonly kind: 'refused'; readonly error: Error }
  /** The copy crashed or hung before its first word. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Between two looks at a process whose output a child of its own may hold open. */
const LOOK_MS = 20;
/** As much of what a process writes is kept, of its end. */
const KEPT_BYTES = 64 * 1024;

/**
 * Reads what a process writes, which would wait otherwise, until it has ended.
 *
 * @returns its end, undefined when it has not come to it by the deadline; and the last that came of its standard error
 */
function readUntilEnd(pid: number, stdout: number, stderr: number, deadline: number) {
  const chunk = Buffer.alloc(KEPT_BYTES);
  let written = Buffer.alloc(0);
  let open = [stdout, stderr];
  for (;;) {
    const status = waitForChild(pid, monotonicNow());
    // What it wrote last is there by the time it has ended.
    const ready = pollDescriptors(
      open.map((fd) => ({ fd, events: POLLIN })),
      status === undefined ? LOOK_MS : 0,
    );
    if ((status !== undefined && ready.every((events) => events === 0)) || monotonicNow() > deadline)
      return { status, written: written.toString() };
    open = open.filter((fd, index) => {
      if (ready[index] === 0) return true;
      const read = readSome(fd, chunk);
      if (fd === stderr) written = Buffer.concat([written, chunk.subarray(0, read)]).subarray(-KEPT_BYTES);
      return read > 0;
    });
  }
}

/** 0 at the end, also when that is by a reset. */
function readSome(fd: number, into: Buffer): number {
  try {
    return readSync(fd, into);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return 0;
    throw error;
  }
}

const LONGEST_MESSAGE = 300;

/** What a process that has ended says of its error: the message, without the stack. @see putRight */
function errorIn(written: string): string {
  const lines = written.split('\n');
  const heading = lines.lastIndexOf('Uncaught:');
  const message = heading === -1 ? '' : lines[heading + 1];
  return message ? `: ${message.slice(0, LONGEST_MESSAGE)}` : '';
}

/** The server died while it was brought up, or before it could be asked for anything. */
export class ServerLostError extends Error {}

/** Closing our end has ended it, if it was alive. */
function reapIfEnded(pid: number): void {
  if (waitForChild(pid, monotonicNow() + REAP_MS) !== undefined) reapChild(pid);
}

export class ForkServer {
  /** The environment that it, and so each copy, begins with. */
  readonly environment: Readonly<NodeJS.ProcessEnv> = { ...process.env, ...WITHOUT_RINGS };
  readonly #ended: Promise<void>;
  readonly #fd: number;
  readonly #stream: Socket;
  #isGone = false;
  #isWaitedFor = false;

  /** @throws ServerLostError; Error that says why copies don't work here */
  constructor(execPath: string, execArgv: readonly string[], modules: readonly string[]) {
    const [ours, theirs] = socketPair();
    if (CORE_PROCESS_STEPS) atStep('owner: before the server');
    const inherited = (fd: number) => (isOpen(fd) ? 'inherit' : 'ignore');
    const { spawn } = process.getBuiltinModule('node:child_process');
    const loader = spawn(execPath, [...COPYABLE_FLAGS, ...execArgv, fileURLToPath(forkServerEntry)], {
      stdio: ['ignore', inherited(1), inherited(2), theirs, 'ignore'],
      env: this.environment,
    });
    // Its fate is heard on the socket.
    loader.on('error', () => undefined);
    loader.unref();
    closeDescriptors([theirs]);
    if (CORE_PROCESS_STEPS) atStep('owner: server started');
    this.#fd = ours;
    const before = new Set([loader.pid, ...childPids()]);
    let template: number;
    try {
      template = this.#bringUp(modules);
    } catch (error) {
      loader.kill('SIGKILL');
      closeDescriptors([ours]);
      // A template that died before it could say its pid is a child of ours by now, which nobody else reaps.
      for (const pid of childPids()) if (!before.has(pid)) reapIfEnded(pid);
      throw error;
    }
    if (CORE_PROCESS_STEPS) atStep('owner: template there');
    const net = process.getBuiltinModule('node:net');
    this.#stream = new net.Socket({ fd: ours, readable: true, writable: true });
    this.#stream.on('error', () => undefined);
    this.#stream.unref();
    this.#stream.resume();
    const owner = process.pid;
    this.#ended = new Promise((resolve) => {
      this.#stream.once('close', () => {
        this.#isGone = true;
        // Told in a copy that was made while it closed: the server is not the copy's.
        if (process.pid !== owner) return;
        reapWhenEnded(
          template,
          () => resolve(),
          () => this.#isWaitedFor,
        );
      });
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Closing our end is what ends it; its copies live on. Resolves when it has ended and is no zombie. */
  stop(): Promise<void> {
    this.#isGone = true;
    this.#isWaitedFor = true;
    this.#stream.destroy();
    return this.#ended;
  }

  /** Shows once, with a copy that does a bit of everything, that copies work. @throws Error that says what happened */
  tryCopy(): void {
    const launch: LaunchMessage = { cwd: '/', env: {}, execArgv: [] };
    const words = Buffer.concat([frame(serialize(launch)), frame(serialize(TRIAL))]);
    const outcome = this.requestCopy('pipe', words);
    if (outcome.kind === 'lost') throw new ServerLostError('its server ended before its first copy.');
    if (outcome.kind !== 'started') {
      throw new Error(outcome.kind === 'broken' ? outcome.reason : `the first copy was ${outcome.kind}.`);
    }
    const { pid, ends } = outcome;
    try {
      const [stdout, stderr] = [ends.stdout as number, ends.stderr as number];
      const { status, written } = readUntilEnd(pid, stdout, stderr, monotonicNow() + STEP_MS);
      if (status === undefined) process.kill(pid, 'SIGKILL');
      waitForChild(pid, Infinity);
      reapChild(pid);
      // Killed by somebody: it says nothing about copies.
      if (status?.signalNumber === SIGKILL) throw new ServerLostError('its first copy was killed.');
      if (status?.exitCode !== 0) {
        throw new Error(
          status === undefined
            ? `the first copy hung for ${STEP_MS} ms.`
            : `the first copy ended with ${status.exitCode ?? `signal ${status.signalNumber}`}${errorIn(written)}.`,
        );
      }
    } finally {
      closeDescriptors(Object.values(ends) as number[]);
    }
  }

  /**
   * @param words - what lies ready for the copy on its control stream; no more than fits in it unread
   * @throws an error with `code` when this process itself has no descriptor left
   */
  requestCopy(stdio: StdioMode, words: Buffer): CopyOutcome {
    const ends = openChildEnds(stdio);
    writeSync(ends.ours.control, words);
    const outcome = this.#requestCopyWith(ends.ours, ends.theirs, () => ends.closeTheirs());
    if (outcome.kind !== 'started') ends.closeOurs();
    return outcome;
  }

  #requestCopyWith(ours: OurEnds, theirs: readonly number[], closeTheirs: () => void): CopyOutcome {
    try {
      sendDescriptors(this.#fd, theirs);
    } catch {
      // EPIPE, ECONNRESET: it has ended.
      closeTheirs();
      return this.#lost();
    }
    if (CORE_PROCESS_STEPS) atStep('owner: copy asked for');
    // The copy holds the only other ends: when it ends, ours do.
    closeTheirs();
    const deadline = monotonicNow() + STEP_MS;
    const answer = this.#answer(deadline);
    if (answer?.answer === 'refused') return { kind: 'refused', error: systemError('clone', answer.value) };
    if (CORE_PROCESS_STEPS) atStep('owner: copy made');
    const hello = readExactly(ours.report, HELLO_BYTES, deadline);
    const isHello = hello !== undefined && hello !== 'late';
    // A server that was killed right after it had made the copy could not say so; the copy does.
    const pid = answer?.answer === 'started' ? answer.value : isHello ? hello.readInt32LE(0) : undefined;
    if (pid === undefined) return this.#lost();
    if (answer === undefined) this.#lost();
    if (CORE_PROCESS_STEPS) atStep('owner: copy heard');
    if (isHello) return { kind: 'started', pid, ends: ours };

    if (hello === 'late') process.kill(pid, 'SIGKILL');
    const status = waitForChild(pid, Infinity);
    const signal = status?.signalNumber ?? 0;
    // Killed by somebody: it was a process, and its end is told as that of any other.
    if (hello !== 'late' && !CRASHES.has(signal)) return { kind: 'started', pid, ends: ours };
    reapChild(pid);
    return {
      kind: 'broken',
      reason: hello === 'late' ? `a copy hung for ${STEP_MS} ms.` : `a copy crashed with signal ${signal}.`,
    };
  }

  #lost(): CopyOutcome {
    void this.stop();
    return { kind: 'lost' };
  }

  /** Steps 1 and 2 of entry/fork-server.ts. @returns the template's pid */
  #bringUp(modules: readonly string[]): number {
    const config: ServerConfig = {
      modules,
      argv: process.argv,
      ownerPid: process.pid,
      ownerName: childContext()?.name ?? 'MainProcess',
      startedByMainThread: process.getBuiltinModule('node:worker_threads').isMainThread,
    };
    this.#tell(frame(serialize(config)));
    if (CORE_PROCESS_STEPS) atStep('owner: server told what to load');
    this.#expect('loaded', monotonicNow() + LOADING_MS);
    return adoptOrphansWhile(() => {
      if (CORE_PROCESS_STEPS) atStep('owner: adopts orphans');
      this.#tell(Buffer.from('x'));
      return this.#expect('template', monotonicNow() + STEP_MS);
    });
  }

  #tell(bytes: Buffer): void {
    try {
      for (let sent = 0; sent < bytes.byteLength; ) sent += writeSync(this.#fd, bytes, sent);
    } catch (cause) {
      // EPIPE, ECONNRESET.
      throw new ServerLostError('its server ended before it was told what to do.', { cause });
    }
  }

  #expect(wanted: Answer, deadline: number): number {
    const found = this.#answer(deadline);
    if (found?.answer === wanted) return found.value;
    if (found?.answer !== 'unfit') {
      throw new ServerLostError(`its server ended, or hung, before it was "${wanted}".`);
    }
    const reason = readExactly(this.#fd, found.value, deadline);
    throw new Error(
      reason === undefined || reason === 'late' ? 'the server gave no reason.' : String(reason),
    );
  }

  /** Undefined when it is gone, or says nothing until the deadline. */
  #answer(deadline: number): { answer: Answer | undefined; value: number } | undefined {
    const bytes = readExactly(this.#fd, ANSWER_BYTES, deadline);
    return bytes === undefined || bytes === 'late' ? undefined : decodeAnswer(bytes);
  }
}
