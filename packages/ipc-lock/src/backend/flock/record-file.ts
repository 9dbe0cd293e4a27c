/** Reads and writes the record in the file of a `Lock`. Only for the one that holds the lock on it. */
import { ftruncateSync, readSync, writeSync } from 'node:fs';
import { LockFileError } from '../../errors.js';
import type { Abandoned } from '../../guard.js';
import { bootId, ownStart } from '../../platform/process-identity.js';
import { decodeRecord, encodeRecord, encodeSlot, type LockState, RECORD_SIZE } from './lock-record.js';

/** What the record says to a new holder. */
export interface RecordedGrant {
  readonly state: LockState;
  readonly abandoned: Abandoned | null;
}

/** Reads what is there, whoever writes meanwhile. */
export function readRecord(fd: number): Buffer {
  const buffer = Buffer.alloc(RECORD_SIZE);
  const length = readSync(fd, buffer, 0, RECORD_SIZE, 0);
  return buffer.subarray(0, length);
}

/**
 * Enters this process as the holder.
 *
 * @throws LockFileError `ERR_LOCK_FILE` when the record is another version's, or can't be written
 */
export function recordGrant(fd: number, path: string): RecordedGrant {
  return doing(path, () => {
    const found = decodeRecord(readRecord(fd));
    const holder = { pid: process.pid, start: ownStart(), since: Date.now() };
    switch (found.kind) {
      case 'foreign':
        throw new LockFileError(
          path,
          `${path} was made by another version of ipc-lock (layout ${found.version}, back end ${found.backend}), ` +
            'which may hold it now. Use one version in all programs that share this lock, or another name.',
        );
      case 'damaged':
        warnOfDamage(path, 'it was made anew, and a holder that died before can not be told of');
        return { state: writeWhole(fd, { sequence: 1n, token: firstToken(), holder }), abandoned: null };
      case 'new':
        return { state: writeWhole(fd, { sequence: 1n, token: firstToken(), holder }), abandoned: null };
      case 'record':
        break;
    }
    const before = found.state;
    if (found.torn) warnOfDamage(path, 'what it said before its last change was used');
    const state: LockState = {
      sequence: before.sequence + 1n,
      // A change that can't be read may have been a grant: its token is not given twice.
      token: before.token + (found.torn ? 2n : 1n),
      holder,
    };
    if (found.torn || found.bootId !== bootId()) writeWhole(fd, state);
    else writeSlot(fd, state);
    const { holder: dead } = before;
    return {
      state,
      abandoned: dead === null ? null : { pid: dead.pid, since: dead.since, token: before.token },
    };
  });
}

/** Enters that nobody holds it. */
export function recordRelease(fd: number, path: string, held: LockState): void {
  doing(path, () => writeSlot(fd, { ...held, sequence: held.sequence + 1n, holder: null }));
}

/**
 * Grows although a file was lost with its counter: it counts microseconds, in which no file can be lost and made
 * again, and 2^10 grants in each would overtake the clock.
 */
function firstToken(): bigint {
  return BigInt(Math.floor((performance.timeOrigin + performance.now()) * 1000)) << 10n;
}

function writeWhole(fd: number, state: LockState): LockState {
  writeAll(fd, encodeRecord(state, bootId()), 0);
  // Noise may be of any length.
  ftruncateSync(fd, RECORD_SIZE);
  return state;
}

function writeSlot(fd: number, state: LockState): LockState {
  const { bytes, offset } = encodeSlot(state);
  writeAll(fd, bytes, offset);
  return state;
}

function writeAll(fd: number, bytes: Buffer, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
  }
}

function doing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof LockFileError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new LockFileError(
      path,
      `${path} could not be read or written (${code}); ` +
        (code === 'ENOSPC'
          ? 'its file system is full: make room, or set IPC_LOCK_DIR to a folder on another.'
          : 'see the cause.'),
      { cause },
    );
  }
}

function warnOfDamage(path: string, what: string): void {
  process.emitWarning(`The record in ${path} was damaged: ${what}.`, {
    type: 'LockWarning',
    code: 'WARN_LOCK_RECORD',
  });
}
