/**
 * Copies of a running Node: fork(2), and what V8, Node and libuv need for it.
 *
 * What stands in the way, and what is done about it:
 *
 * | in the way                                                     | done                                          |
 * | -------------------------------------------------------------- | --------------------------------------------- |
 * | V8 keeps its heap out of copies, by MADV_DONTFORK              | it no longer does: see node-program.ts        |
 * | background threads are not copied: their tasks would never run | `--single-threaded`, and a platform that says it has no workers: node-program.ts |
 * | the event loop's epoll, wake-up and signal descriptors are shared | `uv_loop_fork`                             |
 * | the normal end joins threads that the copy does not have       | it leaves by `_exit`; see put-right.ts        |
 *
 * @see fork(2), madvise(2), clone(2); `uv_loop_fork` in libuv's documentation
 */
import { atStep } from '../at-step.js';
import { inspect } from 'node:util';
import { readdirSync, readlinkSync, writeSync } from 'node:fs';
import { closeDescriptors, moveDescriptor } from './descriptors.js';
import { addressOfEventLoop, rewatch } from './event-loop.js';
import { libC, type LibC, systemError } from './ffi.js';
import {
  hasSymbol,
  haveNoWorkerThreads,
  keepHeapInCopies,
  keepProgramInCopies,
  whyNotChangeable,
} from './node-program.js';
import { monotonicNow } from '../real-timers.js';

const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;
const SIGCHLD = 17;
const CLONE_PARENT = 0x00008000;
const CLONE_CHILD_CLEARTID = 0x00200000;
const CLONE_CHILD_SETTID = 0x01000000;
const FIONREAD = 0x541b;

/** By the numbers of each architecture's system call table. */
const SYSTEM_CALLS: Readonly<
  Record<string, { clone: number; setRobustList: number; getRobustList: number }>
> = {
  x64: { clone: 56, setRobustList: 273, getRobustList: 274 },
  arm64: { clone: 220, setRobustList: 99, getRobustList: 100 },
};

/** Node's own flags without which a process can't be copied. */
export const COPYABLE_FLAGS = ['--single-threaded', '--v8-pool-size=1'] as const;

interface Calls {
  readonly koffi: LibC['koffi'];
  readonly fork: () => number;
  readonly _exit: (status: number) => never;
  readonly getppid: () => number;
  readonly getpid: () => number;
  readonly pthread_self: () => number;
  readonly syscall: (number: number, a: number, b: number, c: number, d: number, e: number) => number;
  readonly get_robust_list: (
    number: number,
    pid: number,
    head: BigUint64Array,
    length: BigUint64Array,
  ) => number;
  readonly prctl: (option: number, value: number, b: number, c: number, d: number) => number;
  readonly prctl_out: (option: number, value: Int32Array, b: number, c: number, d: number) => number;
  readonly ioctl: (fd: number, request: number, value: Int32Array) => number;
  readonly pipe2: (pair: Int32Array, flags: number) => number;
  readonly uv_loop_fork: (loop: bigint) => number;
  /** glibc's; other C libraries have none. */
  readonly malloc_trim: ((pad: number) => number) | undefined;
  readonly sigprocmask: (how: number, set: Buffer, old: Buffer | null) => number;
}
let calls: Calls | undefined;

function bind(): Calls {
  if (calls !== undefined) return calls;
  const { koffi, library } = libC() as LibC;
  calls = {
    koffi,
    fork: library.func('int fork()'),
    _exit: library.func('void _exit(int)'),
    getppid: library.func('int getppid()'),
    getpid: library.func('int getpid()'),
    pthread_self: library.func('uintptr_t pthread_self()'),
    syscall: library.func('long syscall(long, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t)'),
    get_robust_list: library.func('syscall', 'long', [
      'long',
      'long',
      koffi.out('uint64 *'),
      koffi.out('uint64 *'),
    ]),
    prctl: library.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)'),
    prctl_out: library.func('prctl', 'int', [
      'int',
      koffi.out('int *'),
      'unsigned long',
      'unsigned long',
      'unsigned long',
    ]),
    ioctl: library.func('int ioctl(int, unsigned long, _Out_ int *)'),
    pipe2: library.func('int pipe2(_Out_ int *, int)'),
    uv_loop_fork: library.func('int uv_loop_fork(void *)'),
    malloc_trim: hasSymbol('malloc_trim') ? library.func('int malloc_trim(size_t)') : undefined,
    sigprocmask: library.func('int sigprocmask(int, const void *, _Out_ void *)'),
  } as unknown as Calls;
  return calls;
}

/** Why processes can't be copied on this machine by this Node; undefined when they can. */
export function whyNotCopyable(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux can copy a process.';
  if (SYSTEM_CALLS[process.arch] === undefined) return `it was never built for ${process.arch}.`;
  if (libC() === undefined) return 'it needs koffi, which could not be loaded or was turned off.';
  if (Object.isFrozen(Math)) return 'copies would draw the same numbers from a frozen Math.random().';
  return whyNotChangeable();
}

/** True when this process was started with {@link COPYABLE_FLAGS}. */
export function hasCopyableFlags(): boolean {
  const options = optionsOfNode();
  return COPYABLE_FLAGS.every((flag) => options.includes(flag));
}

/** True when V8 would take the end of what a copy leaves behind for an error, and abort. */
export function abortsOnErrors(): boolean {
  return optionsOfNode().includes('--abort-on-uncaught-exception');
}

function optionsOfNode(): string[] {
  return `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`
    .replaceAll('_', '-')
    .split(/\s+/);
}

let madeCopyable = false;

/** What has to be done once in a process that is to be copied; its copies can be copied as they are. */
export function makeCopyable(): void {
  if (madeCopyable) return;
  haveNoWorkerThreads();
  keepHeapInCopies();
  giveBackMemory();
  madeCopyable = true;
}

/** V8 gives the function away under a flag only. */
type CollectGarbage = (options?: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** Each page that a copy need not have makes its start and its end shorter. */
function giveBackMemory(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as CollectGarbage;
  setFlagsFromString('--no-expose-gc');
  // What is compiled is for the copies to use.
  setFlagsFromString('--no-flush-bytecode');
  // V8 before 12, that of Node 20, takes any options for the wish to collect what is young only.
  collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  if (Number.parseInt(process.versions.v8, 10) < 12) collectGarbage();
  setFlagsFromString('--flush-bytecode');
  bind().malloc_trim?.(0);
}

/**
 * Copies this process as a child of its own.
 *
 * @returns the child's pid, and 0 in the copy, whose event loop is its own by then
 * @throws an error with `code`, such as EAGAIN, when the operating system refuses
 */
export function forkProcess(): number {
  makeCopyable();
  const { fork, uv_loop_fork } = bind();
  const loop = addressOfEventLoop();
  const pid = fork();
  if (pid < 0) throw systemError('fork');
  if (pid === 0) {
    isCopy = true;
    try {
      uv_loop_fork(loop);
      rewatch();
    } catch (error) {
      leaveBroken(error);
    }
  }
  return pid;
}

/** True in a process that was copied, whose other threads it does not have. */
let isCopy = false;

/** Main thread, Node's scheduler, one worker of V8, and what waits for SIGUSR1 unless it is turned off. */
function threadsOfNode(): number {
  if (isCopy) return 1;
  const isWatched = process.features.inspector && !optionsOfNode().includes('--disable-sigusr1');
  return isWatched ? 4 : 3;
}

const DEFAULT_POOL_SIZE = 4;

/** Node itself has one for a moment, which loads certificates: from the import of `node:tls` on, or of `node:https`. */
const PASSING_WITHIN_MS = 500;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Number of threads of this process if some are not Node's own, which a copy would miss; else undefined. Blocks for a
 * moment while there are such: one that is about to end is no reason against a copy.
 */
export function foreignThreads(): number | undefined {
  const pool = Number(process.env['UV_THREADPOOL_SIZE'] ?? DEFAULT_POOL_SIZE);
  const own = threadsOfNode();
  const end = monotonicNow() + PASSING_WITHIN_MS;
  for (;;) {
    const threads = readdirSync('/proc/self/task').length;
    if (threads === own || threads === own + pool) return undefined;
    if (monotonicNow() > end) return threads;
    Atomics.wait(sleeper, 0, 0, 1);
  }
}

/** Where the C library keeps the thread's number, for the kernel to fill in. */
function addressOfThreadId(): number {
  const { koffi, pthread_self, getpid } = bind();
  const thread = pthread_self();
  const index = new Int32Array(koffi.view(BigInt(thread), 2048)).indexOf(getpid());
  if (index < 0) throw new Error("The C library's record of this thread does not hold its number.");
  return thread + index * 4;
}

/**
 * Makes siblings of this process: children of its parent, not of itself. Only for a process with a single
 * thread that has itself come from {@link forkProcess}: libc's fork handlers have then run already.
 *
 * @returns what makes one; it gives pid and 0 as {@link forkProcess} does
 */
export function siblingCopier(): () => number {
  const numbers = SYSTEM_CALLS[process.arch] as (typeof SYSTEM_CALLS)[string];
  const { syscall, get_robust_list, uv_loop_fork } = bind();
  const loop = addressOfEventLoop();
  const threadId = addressOfThreadId();
  const [head, length] = [new BigUint64Array(1), new BigUint64Array(1)];
  get_robust_list(numbers.getRobustList, 0, head, length);
  const [robustHead, robustLength] = [Number(head[0]), Number(length[0])];
  const signalLock = findSignalLock();
  // Of this process: so far it is that of its original, too.
  replaceSignalLock(signalLock);
  keepProgramInCopies();
  const flags = CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
  // The order of clone's last two arguments differs: x64 has the child's thread id before the TLS, arm64 after.
  const [fourth, fifth] = process.arch === 'x64' ? [threadId, 0] : [0, threadId];
  return () => {
    const pid = syscall(numbers.clone, flags, 0, 0, fourth, fifth);
    if (pid < 0) throw systemError('clone');
    if (pid === 0) {
      syscall(numbers.setRobustList, robustHead, robustLength, 0, 0, 0);
      replaceSignalLock(signalLock);
      uv_loop_fork(loop);
    }
    return pid;
  };
}

/**
 * libuv's lock around signals: a pipe with one byte in it. Shared by copies it would be a lock between
 * processes, lost for all when one is killed while it holds it.
 */
function findSignalLock(): readonly [number, number] {
  const ends = new Map<string, number[]>();
  for (const name of readdirSync('/proc/self/fd')) {
    let target: string;
    try {
      target = readlinkSync(`/proc/self/fd/${name}`);
    } catch (error) {
      // The descriptor of the listing itself.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    if (target.startsWith('pipe:')) ends.set(target, [...(ends.get(target) ?? []), Number(name)]);
  }
  const waiting = new Int32Array(1);
  const { ioctl } = bind();
  for (const [first, second, ...more] of ends.values()) {
    if (first === undefined || second === undefined || more.length > 0) continue;
    if (ioctl(first, FIONREAD, waiting) === 0 && waiting[0] === 1) return [first, second];
  }
  throw new Error("libuv's lock around signals was not found among the pipes of this process.");
}

const O_CLOEXEC = 0o2000000;
const oneByte = Buffer.from([42]);

function replaceSignalLock([readEnd, writeEnd]: readonly [number, number]): void {
  const pair = new Int32Array(2);
  if (bind().pipe2(pair, O_CLOEXEC) !== 0) throw systemError('pipe2');
  const [freshRead, freshWrite] = [pair[0] as number, pair[1] as number];
  moveDescriptor(freshRead, readEnd, false);
  moveDescriptor(freshWrite, writeEnd, false);
  closeDescriptors([freshRead, freshWrite]);
  writeSync(writeEnd, oneByte);
}

/** Ends this process at once: no handler runs, no thread is waited for. */
export function leave(status: number): never {
  if (CORE_PROCESS_STEPS) atStep('leaves');
  return bind()._exit(status & 0xff);
}

/** Ends a copy that can't be put right, and says why if anybody can be told. */
export function leaveBroken(error: unknown): never {
  try {
    writeSync(2, `This copy could not be put right, and ends.\n${inspect(error)}\n`);
  } finally {
    leave(1);
  }
}

let isRehearsal = false;

/** The same, but not in a rehearsal, after which all of it is compiled. */
export function leaveAtEnd(status: number): never {
  if (isRehearsal) return undefined as never;
  if (CORE_PROCESS_STEPS) atStep('leaves');
  return bind()._exit(status & 0xff);
}

/** While it works, {@link leaveAtEnd} comes back, so that all up to the end can be rehearsed. */
export async function withoutLeaving(work: () => Promise<void>): Promise<void> {
  isRehearsal = true;
  try {
    await work();
  } finally {
    isRehearsal = false;
  }
}

const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;

/** Signals of the keyboard wait while blocked; a copy inherits that, but none that waits. */
export function blockKeyboardSignals(block: boolean): void {
  // sigset_t: a bit for each signal, from bit 0 for signal 1. SIGINT is 2, SIGQUIT 3.
  const set = Buffer.alloc(128);
  set[0] = (1 << 1) | (1 << 2);
  if (bind().sigprocmask(block ? SIG_BLOCK : SIG_UNBLOCK, set, Buffer.alloc(128)) !== 0) {
    throw systemError('sigprocmask');
  }
}

/** This process' pid as the kernel has it: `process.pid` of a copy is still that of the original. */
export function ownPid(): number {
  return bind().getpid();
}

/** The parent's pid as the kernel has it. */
export function parentPid(): number {
  return bind().getppid();
}

/**
 * While it works, orphans among this process' descendants become its children, and not those of init.
 *
 * @see PR_SET_CHILD_SUBREAPER(2const)
 */
export function adoptOrphansWhile<T>(work: () => T): T {
  const { prctl, prctl_out } = bind();
  const before = new Int32Array(1);
  prctl_out(PR_GET_CHILD_SUBREAPER, before, 0, 0, 0);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) !== 0) throw systemError('prctl');
  try {
    return work();
  } finally {
    prctl(PR_SET_CHILD_SUBREAPER, before[0] as number, 0, 0, 0);
  }
}
