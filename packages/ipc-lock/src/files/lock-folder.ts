/**
 * The folder that the files of locks and shared memory are in: one per user, which nobody else may write to.
 *
 * `IPC_LOCK_DIR`, else `/dev/shm/ipc-lock-UID`, else the same in the temporary folder.
 */
import { accessSync, closeSync, constants, fstatSync, lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LockFileError } from '../errors.js';
import { crypto, os } from '../platform/lazy-builtins.js';

/** Where files of the two kinds are. */
export interface LockFolder {
  readonly path: string;
  readonly anonymous: string;
  /** False when the user named it: then it is theirs to remove. */
  readonly isOurs: boolean;
}

export function chooseLockFolder(given = process.env['IPC_LOCK_DIR']): LockFolder {
  const isGiven = given !== undefined && given !== '';
  const path = isGiven ? resolve(given) : join(sharedMemoryFolder() ?? os().tmpdir(), `ipc-lock-${ownUid()}`);
  return { path, anonymous: join(path, 'anonymous'), isOurs: !isGiven };
}

/** File name of an object: readable in part, and different for every two names, also those that are no valid UTF-16. */
export function fileNameOf(name: string, kind: string): string {
  const readable = name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40);
  const digest = crypto()
    .createHash('sha256')
    .update(Buffer.from(name, 'utf16le'))
    .digest('hex')
    .slice(0, 32);
  return `${readable}.${digest}.${kind}`;
}

/** Makes the folders that a file of ours lies in. */
export function makeFoldersFor(folder: LockFolder, path: string): void {
  makeFolder(folder.path);
  if (path.startsWith(folder.anonymous)) makeFolder(folder.anonymous);
}

/** Closes a file that another user may have to do with, and refuses it. */
export function checkPrivate(fd: number, path: string): void {
  const stat = fstatSync(fd);
  if (stat.isFile() && stat.uid === ownUid() && (stat.mode & 0o077) === 0) return;
  closeSync(fd);
  throw new LockFileError(
    path,
    `${path} is not a private file of this user (owner ${stat.uid}, mode ${(stat.mode & 0o7777).toString(8)}), ` +
      'so others could hold or spoil what is in it. Remove it, or set IPC_LOCK_DIR to a private folder.',
  );
}

/** Says what to do about a file that can't be opened. */
export function cannotOpen(path: string, cause: NodeJS.ErrnoException): LockFileError {
  const advice: Record<string, string> = {
    ENOENT: 'its folder is not there: make it first.',
    ENOTDIR: 'a part of the path is not a folder.',
    EACCES: 'this user may not open it: change its mode, or its folder’s.',
    EMFILE: 'this process has too many files open: close some, or raise `ulimit -n`.',
    ENFILE: 'the machine has too many files open.',
    ENOSPC: 'its file system is full: make room, or set IPC_LOCK_DIR to a folder on another.',
    EOPNOTSUPP: 'its file system can not make files without a name: set IPC_LOCK_DIR to a folder on another.',
    EEXIST: 'it is there already.',
    ELOOP: 'it is a symbolic link where a file of ours should be: remove it.',
  };
  return new LockFileError(
    path,
    `${path} could not be opened (${cause.code}): ${advice[cause.code ?? ''] ?? 'see the cause.'}`,
    { cause },
  );
}

/** Makes a private folder, or checks that the one that is there is private. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      throw new LockFileError(
        path,
        `The folder ${path} for lock files could not be made (${code}). Set IPC_LOCK_DIR to one of your own.`,
        { cause },
      );
    }
  }
  checkFolder(path);
}

/** Refuses a folder that others may write to. */
export function checkFolder(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  // Removed again by its last user: the caller tries again.
  if (stat === undefined) return;
  if (stat.isDirectory() && stat.uid === ownUid() && (stat.mode & 0o022) === 0) return;
  throw new LockFileError(
    path,
    `${path} is not a folder that only this user can write to (owner ${stat.uid}, ` +
      `mode ${(stat.mode & 0o7777).toString(8)}). Remove it or \`chmod 700\` it, or set IPC_LOCK_DIR to one of your own.`,
  );
}

/** Removes the folders that are empty. */
export function removeEmptyFolders(folder: LockFolder): void {
  for (const path of folder.isOurs ? [folder.anonymous, folder.path] : [folder.anonymous]) {
    try {
      rmdirSync(path);
    } catch {
      // Still in use, or gone: either way there is nothing to do.
      return;
    }
  }
}

function sharedMemoryFolder(): string | undefined {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    // Not Linux, or a container without it.
    return undefined;
  }
}

function ownUid(): number {
  return process.geteuid?.() ?? 0;
}
