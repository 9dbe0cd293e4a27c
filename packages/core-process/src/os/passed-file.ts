/**
 * Large messages by a file in memory that never had a name: written once here, read once over there, and gone
 * whatever kills either side. @see open(2) O_TMPFILE, proc_pid_fd(5)
 */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';

const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Opens a file without a name in memory. @throws where there is no /dev/shm, or no descriptor left */
export function openUnnamed(): number {
  return openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600);
}

export interface PassedFile {
  readonly path: string;
  /** To be called when the other side has read it, or is gone. */
  close(): void;
}

/** Undefined where it can't be had: no /dev/shm, none left of it, no descriptor left. */
export function passByFile(payload: Uint8Array): PassedFile | undefined {
  let fd: number | undefined;
  try {
    fd = openUnnamed();
    for (let written = 0; written < payload.byteLength; ) {
      written += writeSync(fd, payload, written, payload.byteLength - written, written);
    }
  } catch {
    // The stream carries it then.
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
  const opened = fd;
  return { path: `/proc/${process.pid}/fd/${fd}`, close: () => closeSync(opened) };
}

/** @throws when the sender has died meanwhile */
export function readPassedFile(path: string): Buffer {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    const payload = Buffer.allocUnsafeSlow(fstatSync(fd).size);
    for (let read = 0; read < payload.byteLength; ) {
      const bytes = readSync(fd, payload, read, payload.byteLength - read, read);
      if (bytes === 0) throw new Error(`${path} is shorter than it was.`);
      read += bytes;
    }
    return payload;
  } finally {
    closeSync(fd);
  }
}
