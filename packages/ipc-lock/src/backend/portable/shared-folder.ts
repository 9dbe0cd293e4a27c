/**
 * A state that processes share with nothing but the file system: a folder with one file, and a lock.
 *
 * | in the folder | content                                                                     |
 * | ------------- | --------------------------------------------------------------------------- |
 * | `state`       | the state; replaced as a whole by rename(2), so it is always one or the other |
 * | `state.new`   | what the one who has the lock is just writing                               |
 * | `c-THREAD/`   | of each thread that uses it: a folder with a file `c-THREAD` in it          |
 * | `lock/`       | the folder of the thread that has the lock                                  |
 *
 * rename(2) of a folder succeeds when there is none of the new name, or an empty one, and fails when there is one
 * with something in it: so the lock is taken by one call, and given up by renaming it back. A thread's name is of
 * that thread for good. Whoever sees that the thread has ended removes the file of that name from the lock, which
 * then is empty and free; of a lock that is another's by then nothing can be removed by it.
 *
 * @see rename(2); proc_pid_stat(5) for the start of a thread, which tells it from all others with its id
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { whenCopied } from '../../core/copied.js';
import { LockFileError, LockUnavailableError } from '../../errors.js';
import {
  cannotOpen,
  checkFolder,
  checkPrivate,
  type LockFolder,
  makeFoldersFor,
} from '../../files/lock-folder.js';
import { bootId, isThreadAlive, ownThread, type ThreadIdentity } from '../../platform/process-identity.js';
import { atStep } from '../step.js';

/** Failed attempts at the lock before one looks whether its holder has ended. */
const ATTEMPTS = 8;
/** The longest pause between two attempts that block the thread, in milliseconds. */
const LONGEST_PAUSE_MS = 2;
const CLIENT = /^c-([0-9a-f]{8})-(\d+)-(\d+)-(\d+)-(\d+)$/;
/** What is just being made or removed, and by whom. */
const UNFINISHED = /\.(c-[0-9a-f]{8}(?:-\d+){4})\.\d+$/;

let self: ThreadIdentity | undefined;

/** @throws LockUnavailableError `ERR_LOCK_UNAVAILABLE` where threads can't be told apart */
export function ownIdentity(): ThreadIdentity {
  self ??= ownThread();
  if (self !== undefined) return self;
  throw new LockUnavailableError(
    `Locks without FFI need /proc, which ${process.platform} does not have here. Install koffi for this platform, ` +
      'or mount /proc.',
  );
}

/** False for a thread that has ended; one of another namespace of processes can't be seen from here, and counts as alive. */
export function isAlive(thread: ThreadIdentity): boolean {
  return thread.namespace !== ownIdentity().namespace || isThreadAlive(thread);
}

function nameOf({ namespace, pid, tid, start }: ThreadIdentity): string {
  return `c-${bootId().slice(0, 8)}-${namespace}-${pid}-${tid}-${start}`;
}

/** False for the name of a thread that has ended, or of an earlier run of the machine; true for what is no such name. */
function isNameAlive(name: string): boolean {
  const [, boot, namespace, pid, tid, start] = CLIENT.exec(name) ?? [];
  if (boot === undefined) return true;
  const thread = { namespace: Number(namespace), pid: Number(pid), tid: Number(tid), start: Number(start) };
  return boot === bootId().slice(0, 8) && isAlive(thread);
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let made = 0;
whenCopied(() => {
  self = undefined;
});

export class SharedFolder {
  readonly path: string;
  /** Names the folder for as long as it is there: device and inode. */
  readonly identity: string;
  readonly #name = nameOf(ownIdentity());
  readonly #pid = process.pid;
  readonly #own: string;
  readonly #lock: string;
  readonly #state: string;
  #attempts = 0;

  private constructor(path: string, identity: string) {
    this.path = path;
    this.identity = identity;
    this.#own = join(path, this.#name);
    this.#lock = join(path, 'lock');
    this.#state = join(path, 'state');
  }

  /**
   * Opens the folder, and makes it, with that state, if it is not there.
   *
   * @throws LockFileError `ERR_LOCK_FILE`
   */
  static open(folder: LockFolder, path: string, what: string, state: () => Buffer): SharedFolder {
    ownIdentity();
    for (;;) {
      const found = SharedFolder.find(path, what);
      if (found !== undefined) {
        if (found.#join()) return found;
        // Removed meanwhile.
        continue;
      }
      makeSharedFolder(folder, path, state());
    }
  }

  /** The folder, if it is there; this thread is not in it yet. */
  static find(path: string, what: string): SharedFolder | undefined {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (!stat.isDirectory()) {
      throw new LockFileError(
        path,
        `${what} was made by the back end with FFI (${path} is a file), and here it is without. Use FFI in all ` +
          'programs that share it or in none, or another name.',
      );
    }
    checkFolder(path);
    return new SharedFolder(path, `${stat.dev}:${stat.ino}`);
  }

  /** Removes a folder that nobody uses. @returns false when someone does, or it is none */
  static removeUnless(path: string, isUsed: (state: Buffer) => boolean): boolean {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) return false;
    const folder = new SharedFolder(path, `${stat.dev}:${stat.ino}`);
    if (!folder.#join() || !folder.enterWithin(LONGEST_PAUSE_MS)) return false;
    if (isUsed(folder.read())) {
      folder.leave();
      folder.quit();
      return false;
    }
    folder.remove();
    return true;
  }

  /** Tries once to get the lock, and never sleeps. */
  tryEnter(): boolean {
    if (this.#pid !== process.pid) throw this.#copied();
    for (;;) {
      try {
        renameSync(this.#own, this.#lock);
        this.#attempts = 0;
        if (IPC_LOCK_STEPS) atStep('inner taken');
        return true;
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw this.#gone(cause as NodeJS.ErrnoException);
      }
      if (++this.#attempts % ATTEMPTS !== 0 || !this.#removeDeadHolder()) return false;
    }
  }

  /** The same, blocking the thread until it has it. */
  enter(): void {
    for (let pause = 0.05; !this.tryEnter(); pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      Atomics.wait(sleeper, 0, 0, pause * (0.5 + Math.random() / 2));
    }
  }

  /** The same, for so many milliseconds; false when it was not had, or the folder is not there any more. */
  enterWithin(ms: number): boolean {
    const deadline = performance.now() + ms;
    try {
      while (!this.tryEnter()) {
        if (performance.now() >= deadline) return false;
        Atomics.wait(sleeper, 0, 0, LONGEST_PAUSE_MS);
      }
      return true;
    } catch (error) {
      if (((error as Error).cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  leave(): void {
    try {
      renameSync(this.#lock, this.#own);
    } catch (cause) {
      throw this.#gone(cause as NodeJS.ErrnoException);
    }
    if (IPC_LOCK_STEPS) atStep('inner left');
  }

  read(): Buffer {
    try {
      const fd = openSync(this.#state, 'r');
      checkPrivate(fd, this.#state);
      try {
        return readFileSync(fd);
      } finally {
        closeSync(fd);
      }
    } catch (cause) {
      throw cause instanceof LockFileError ? cause : this.#gone(cause as NodeJS.ErrnoException);
    }
  }

  /** Only for the one who has the lock. */
  replace(state: Buffer): void {
    const next = `${this.#state}.new`;
    try {
      writeFileSync(next, state, { mode: 0o600 });
      if (IPC_LOCK_STEPS) atStep('written');
      renameSync(next, this.#state);
    } catch (cause) {
      throw this.#gone(cause as NodeJS.ErrnoException);
    }
    if (IPC_LOCK_STEPS) atStep('replaced');
  }

  /** Another whenever the state was replaced; as good as always, so whoever waits looks for himself now and then. */
  get version(): string {
    const stat = statSync(this.#state, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino}:${stat.mtimeNs}`;
  }

  /** Removes what threads have left that ended. Only for the one who has the lock. */
  sweep(): void {
    for (const name of readdirSync(this.path)) {
      if (CLIENT.test(name) && name !== this.#name && !isNameAlive(name)) {
        rmSync(join(this.path, name), { recursive: true, force: true });
      }
    }
  }

  /** Takes this thread's own folder away. */
  quit(): void {
    rmSync(this.#own, { recursive: true, force: true });
  }

  /** Removes it all. Only for the one who has the lock, and when nobody else uses it. */
  remove(): void {
    const grave = `${this.path}.${this.#name}.${++made}`;
    // Whoever comes now finds nothing, and makes another.
    renameSync(this.path, grave);
    rmSync(grave, { recursive: true, force: true });
  }

  /** False when the folder is not there any more. */
  #join(): boolean {
    try {
      mkdirSync(this.#own, { mode: 0o700 });
      writeFileSync(join(this.#own, this.#name), '', { mode: 0o600 });
      return true;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return false;
      // This thread has it open already, through an object that is not known to be the same yet.
      if (code === 'EEXIST') return true;
      throw cannotOpen(this.path, cause as NodeJS.ErrnoException);
    }
  }

  /** True when it may be free now. */
  #removeDeadHolder(): boolean {
    let names: string[];
    try {
      names = readdirSync(this.#lock);
    } catch {
      // Given up just now.
      return true;
    }
    const dead = names.filter((name) => !isNameAlive(name));
    for (const name of dead) rmSync(join(this.#lock, name), { force: true });
    return names.length === dead.length;
  }

  /** What is opened without FFI can't tell a copy of its process from that. */
  #copied(): LockFileError {
    return new LockFileError(
      this.path,
      `${this.path} was opened by process ${this.#pid}, of which this one is a copy. Open it again by its name, or pass it to ` +
        'the copy as an argument.',
    );
  }

  #gone(cause: NodeJS.ErrnoException): LockFileError {
    if (cause.code !== 'ENOENT') return cannotOpen(this.path, cause);
    return new LockFileError(
      this.path,
      `${this.path} was removed or renamed while it was used: those who open it anew have another lock. ` +
        'Close this one, open it again, and never remove what is in use.',
      { cause },
    );
  }
}

/** Made beside its place and renamed there: nobody ever sees one that is not finished. */
function makeSharedFolder(folder: LockFolder, path: string, state: Buffer): void {
  const fresh = `${path}.${nameOf(ownIdentity())}.${++made}`;
  try {
    makeFoldersFor(folder, path);
    sweepUnfinished(dirname(path));
    mkdirSync(fresh, { mode: 0o700 });
    writeFileSync(join(fresh, 'state'), state, { mode: 0o600 });
    renameSync(fresh, path);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    const { code } = cause as NodeJS.ErrnoException;
    // Another was quicker, or the last user of the folder around it has just removed that.
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ENOENT'].includes(code ?? '')) return;
    throw cause instanceof LockFileError ? cause : cannotOpen(path, cause as NodeJS.ErrnoException);
  }
}

/** Removes what threads were just making or removing when they ended. */
function sweepUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    const thread = UNFINISHED.exec(name)?.[1];
    if (thread !== undefined && !isNameAlive(thread))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}
