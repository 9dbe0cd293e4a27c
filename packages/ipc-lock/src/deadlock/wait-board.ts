/**
 * Where threads of all processes of this user write down what they wait for and what they hold meanwhile: one small
 * file a thread, `waits/PID-THREAD-START-NAMESPACE.json` in the folder of the locks, as long as it waits.
 *
 * Only waits that were asked to detect deadlocks are written down, and only after a while. What a dead thread has left
 * is removed by whoever reads it.
 */
import { readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { whenCopied } from '../core/copied.js';
import { LockFileError, LockUnavailableError } from '../errors.js';
import { cannotOpen, chooseLockFolder, makeFolder } from '../files/lock-folder.js';
import { isThreadAlive, ownThread, type ThreadIdentity } from '../platform/process-identity.js';
import { allHeldBy, type KnownLock, type LockOwner } from './lock-owner.js';

/** A wait, as its thread has written it down. */
export interface WrittenWait {
  /** Names the wait for good. */
  readonly id: string;
  readonly pid: number;
  readonly waitsFor: KnownLock;
  readonly holds: readonly KnownLock[];
  /** Milliseconds of the clock that `Date.now()` reads. */
  readonly since: number;
}

/** A wait of this thread. */
export interface OwnWait {
  readonly id: string;
  readonly owner: LockOwner;
  readonly waitsFor: KnownLock;
  readonly since: number;
}

const FILE_NAME = /^(\d+)-(\d+)-(\d+)-(\d+)\.json(?:\.new)?$/;

const waits = new Map<string, OwnWait>();
let self: ThreadIdentity | undefined;
let last = 0;
whenCopied(() => {
  self = undefined;
  waits.clear();
});

function ownIdentity(): ThreadIdentity {
  self ??= ownThread();
  if (self !== undefined) return self;
  throw new LockUnavailableError(
    'Deadlocks can be detected only where /proc is there. Leave out detectDeadlock.',
  );
}

/** Names a wait of this thread. */
export function newWaitId(): string {
  const { pid, tid, start, namespace } = ownIdentity();
  return `${pid}-${tid}-${start}-${namespace}.${++last}`;
}

export function writeDown(wait: OwnWait): void {
  waits.set(wait.id, wait);
  write();
}

export function strikeOut(id: string): void {
  if (waits.delete(id)) write();
}

/** To be called when this thread has got or released a lock that it may have written down. */
export function holdingsChanged(): void {
  if (waits.size > 0) write();
}

/** All waits of all threads that live. */
export function readAll(): WrittenWait[] {
  const folder = waitsFolder();
  const { namespace } = ownIdentity();
  return readdirSync(folder).flatMap((name) => {
    const [, pid, tid, start, home] = (FILE_NAME.exec(name) ?? []).map(Number);
    if (pid === undefined || tid === undefined || start === undefined || home !== namespace) return [];
    if (!isThreadAlive({ pid, tid, start, namespace })) {
      rmSync(join(folder, name), { force: true });
      return [];
    }
    try {
      return name.endsWith('.new')
        ? []
        : (JSON.parse(readFileSync(join(folder, name), 'utf8')) as WrittenWait[]);
    } catch {
      // Struck out just now.
      return [];
    }
  });
}

function write(): void {
  const { pid, tid, start, namespace } = ownIdentity();
  const folder = waitsFolder();
  const file = join(folder, `${pid}-${tid}-${start}-${namespace}.json`);
  const written = [...waits.values()].map(({ id, owner, waitsFor, since }): WrittenWait => {
    return { id, pid, waitsFor, holds: allHeldBy(owner), since };
  });
  if (written.length === 0) {
    rmSync(file, { force: true });
    removeIfEmpty(folder);
    return;
  }
  for (let tries = 0; ; tries++) {
    try {
      makeFolder(dirname(folder));
      makeFolder(folder);
      writeFileSync(`${file}.new`, JSON.stringify(written), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return;
    } catch (cause) {
      // The last who waited may just have removed the folder.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT' && tries < 100) continue;
      throw cause instanceof LockFileError ? cause : cannotOpen(file, cause as NodeJS.ErrnoException);
    }
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Others wait, or it is gone.
  }
}

function waitsFolder(): string {
  return join(chooseLockFolder().path, 'waits');
}
