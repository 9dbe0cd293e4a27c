/** What a start method does: bring a child to life that runs `entry/child.ts`. One file a method beside this. */
import type { TargetReference } from '../target/reference.js';

/** Names of the ways to start a process. */
export type StartMethodName = 'spawn' | 'forkserver' | 'fork';

/** Standard input, output and error of a child. */
export type StdioMode = 'inherit' | 'pipe' | 'ignore';

/** What the child is told first; `version` refuses a child program of another build. */
export interface BootMessage {
  readonly version: string;
  readonly name: string;
  readonly daemon: boolean;
  readonly identity: readonly number[];
  readonly parentPid: number;
  readonly parentName: string;
  readonly rootPid: number;
  readonly startedByMainThread: boolean;
  readonly argv: readonly string[];
  /** True when the parent may cancel: the child listens for it. */
  readonly cancellable: boolean;
  /** The subclass of Process to revive, if it is one; its `run()` is what runs. */
  readonly subclass: TargetReference | undefined;
  readonly target: TargetReference | undefined;
  /** `{ args, fields }`, encoded on its own: it may hold handed-over objects. Undefined where memory is copied. */
  readonly input: Uint8Array | undefined;
}

/** What a copy of a server is told before that: how it differs from the server. */
export interface LaunchMessage {
  readonly cwd: string;
  /** Variables to set, and, as undefined, to take out. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execArgv: readonly string[];
}

/** Changed with every change of the messages between parent and child. */
export const PROTOCOL_VERSION = 'core-process/3';

export interface StartRequest {
  readonly boot: Uint8Array;
  readonly name: string;
  readonly stdio: StdioMode;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly cwd: string | undefined;
  readonly execPath: string;
  readonly execArgv: readonly string[];
  /** Module of the target, for what a server loads beforehand. */
  readonly module: string | undefined;
  /** For a copy of this process, which needs nothing sent: it has it all in its memory. */
  readonly inCopy: { readonly boot: BootMessage; readonly run: () => Promise<unknown> };
}

/** Streams on which a child speaks. */
export type ChildStream = 'report' | 'stdout' | 'stderr';

/** What a start method calls as things happen, each in the order of the table. */
export interface ChildEvents {
  onData(stream: ChildStream, chunk: Buffer): void;
  onStreamEnd(stream: ChildStream): void;
  /** The process ended and was reaped. */
  onExit(exitCode: number | null, signal: NodeJS.Signals | null): void;
  /** It was never started. */
  onStartFailed(error: Error): void;
}

/** A started child. */
export interface RunningChild {
  /** Undefined when the operating system refused; `onStartFailed` follows. */
  readonly pid: number | undefined;
  readonly streams: readonly ChildStream[];
  /** Sends to the child's control stream. */
  tell(message: Uint8Array): void;
  /** False when it had ended already. */
  signal(signal: NodeJS.Signals): boolean;
  /** Keeps the event loop alive for it, or no longer. */
  ref(): void;
  unref(): void;
  /** Descriptor of our end of a stream, for {@link waitForChild}; undefined where there is none. */
  descriptor(stream: ChildStream): number | undefined;
}

export interface StartMethod {
  readonly name: StartMethodName;
  /** Why it can't be used here; undefined when it can. */
  unavailable(): string | undefined;
  start(request: StartRequest, events: ChildEvents): RunningChild;
}
