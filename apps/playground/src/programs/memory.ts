/** The article's `n`: a variable of a module, which each process has for itself. */
import { fstatSync } from 'node:fs';
import { untilTold } from '../child-signals.js';

let n = 100;

export function read(): number {
  return n;
}

export function change(value: number): number {
  n = value;
  return n;
}

/** Changes a variable that was given. @returns what it is then, in here */
export function changeShared(given: { value: number }, value: number): number {
  given.value = value;
  return given.value;
}

/** Reads it when the parent says so. */
export async function readWhenTold(): Promise<number> {
  await untilTold();
  return n;
}

/** The variable, and whether a file is open under this number. @param inode - of the file */
export function lookAround(fd: number, inode: number): { readonly n: number; readonly isFileOpen: boolean } {
  return { n, isFileOpen: inodeOf(fd) === inode };
}

function inodeOf(fd: number): number | undefined {
  try {
    return fstatSync(fd).ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error;
    return undefined;
  }
}
