/**
 * Whether anybody else has a file open, or has it in its memory: who asks for a lease gets it only if nobody does.
 *
 * @see fcntl(2) F_SETLEASE, F_SETSIG; `check_conflicting_open` in the kernel's fs/locks.c
 */
import { libC } from './ffi.js';

const F_SETSIG = 10;
const F_SETLEASE = 1024;
const F_WRLCK = 1;
const F_UNLCK = 2;
/** Ignored by whoever does not ask for it. The usual one, for those who open a leased file, would end the process. */
const SIGURG = 23;

type Fcntl = (fd: number, command: number, argument: number) => number;
let boundFcntl: Fcntl | undefined;

function fcntl(fd: number, command: number, argument: number): number {
  boundFcntl ??= libC()?.library.func('int fcntl(int, int, int)') as unknown as Fcntl;
  return boundFcntl(fd, command, argument);
}

/** To be asked once with each descriptor, before the file is shown to anybody. False where leases can't be had. */
export function canBeLeased(fd: number): boolean {
  return fcntl(fd, F_SETSIG, SIGURG) === 0 && !isOpenElsewhere(fd);
}

/** @param fd - for reading and writing, the only one in this process that the file was opened by */
export function isOpenElsewhere(fd: number): boolean {
  if (fcntl(fd, F_SETLEASE, F_WRLCK) !== 0) return true;
  fcntl(fd, F_SETLEASE, F_UNLCK);
  return false;
}
