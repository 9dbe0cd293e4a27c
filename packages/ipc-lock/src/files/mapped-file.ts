/**
 * Files that are mapped: a header of their own page, then the content, which is all that is mapped.
 *
 * Made without a name, filled, and only then given one: nobody ever sees a file that is not finished, and whoever
 * dies over it leaves nothing. Its room is reserved before, so that no write to the mapping can fail later.
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { LockFileError } from '../errors.js';
import { lockCalls, memoryCalls, type SystemError } from '../platform/ffi.js';
import { bootId } from '../platform/process-identity.js';
import { leadsTo } from './anonymous-file.js';
import { decodeHeader, encodeHeader, type FileHeader, HEADER_SIZE } from './file-header.js';
import { cannotOpen, checkPrivate, type LockFolder, makeFoldersFor } from './lock-folder.js';

/** Where the content begins: a multiple of every page size that Linux has. */
export const CONTENT_AT = 65_536;

const O_TMPFILE = constants.O_DIRECTORY | 0o20000000;

export interface Content extends Omit<FileHeader, 'bootId'> {
  /** Bytes of the content that there has to be room for at once; all if it is omitted. */
  readonly reserved?: number | undefined;
}

export interface OpenMappedFile {
  readonly fd: number;
  readonly header: FileHeader;
}

/**
 * Makes a file; undefined when its name is taken.
 *
 * @returns its descriptor
 * @throws LockFileError `ERR_LOCK_FILE`
 */
export function makeMappedFile(folder: LockFolder, path: string, content: Content): number | undefined {
  for (let tries = 0; ; tries++) {
    let fd: number | undefined;
    try {
      makeFoldersFor(folder, path);
      fd = openSync(dirname(path), constants.O_RDWR | O_TMPFILE, 0o600);
      memoryCalls().reserve(fd, CONTENT_AT, content.reserved ?? content.size);
      ftruncateSync(fd, CONTENT_AT + content.size);
      writeSync(fd, encodeHeader({ ...content, bootId: bootId() }), 0, HEADER_SIZE, 0);
      if (memoryCalls().link(fd, path)) return fd;
      closeSync(fd);
      return undefined;
    } catch (cause) {
      if (fd !== undefined) closeSync(fd);
      // The last user of the folder may just have removed it.
      if ((cause as SystemError).code === 'ENOENT' && tries < 100) continue;
      throw cause instanceof LockFileError ? cause : cannotOpen(path, cause as NodeJS.ErrnoException);
    }
  }
}

/**
 * Opens a file; undefined when it is not there, or of an earlier run of the machine and so of nobody.
 *
 * @throws LockFileError `ERR_LOCK_FILE` when it is another kind, another version's, or spoilt
 */
export function openMappedFile(path: string, kind: number, what: string): OpenMappedFile | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') {
      throw new LockFileError(
        path,
        `${what} was made by the back end without FFI (${path} is a folder), and here it is with FFI. Use FFI in ` +
          'all programs that share it or in none, or another name.',
        { cause },
      );
    }
    throw cannotOpen(path, cause as NodeJS.ErrnoException);
  }
  checkPrivate(fd, path);
  try {
    const header = readHeader(fd, path);
    if (header.bootId !== bootId()) {
      closeSync(fd);
      return undefined;
    }
    if (header.kind !== kind) {
      throw new LockFileError(path, `${path} holds something else than ${what}. Use another name.`);
    }
    if (fstatSync(fd).size < CONTENT_AT + header.size) {
      throw new LockFileError(
        path,
        `${path} was cut off, and what it held is lost. Remove it; all who have it open must open it anew.`,
      );
    }
    return { fd, header };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Removes the name, but never another file that has it by now. @returns false when it was not there any more */
export function removeMappedFile(path: string, isOurs: (fd: number) => boolean): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw cannotOpen(path, cause as NodeJS.ErrnoException);
  }
  try {
    // Whoever removes a name has the file locked: what the name leads to can't change between the look and the deed.
    if (!lockCalls().tryFlock(fd, 'exclusive') || !leadsTo(path, fd) || !isOurs(fd)) return false;
    unlinkSync(path);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** True for a file that another run of the machine has left. */
export function isOfEarlierBoot(fd: number): boolean {
  const decoded = decodeHeader(readStart(fd));
  return decoded.kind === 'header' && decoded.header.bootId !== bootId();
}

function readHeader(fd: number, path: string): FileHeader {
  const decoded = decodeHeader(readStart(fd));
  if (decoded.kind === 'header') return decoded.header;
  throw new LockFileError(
    path,
    decoded.kind === 'foreign'
      ? `${path} was made by another version of ipc-lock (layout ${decoded.version}, back end ${decoded.backend}). ` +
          'Use one version in all programs that share it, or another name.'
      : `${path} is no file of ipc-lock, or its header was overwritten. Remove it when nobody uses it any more.`,
  );
}

function readStart(fd: number): Buffer {
  const bytes = Buffer.alloc(HEADER_SIZE);
  return bytes.subarray(0, readSync(fd, bytes, 0, HEADER_SIZE, 0));
}
