/**
 * flock(2) through the program flock(1), where there is no FFI. The program gets the descriptor, and the lock belongs to
 * the open file description behind it, which stays ours when the program has ended.
 */
import { LockUnavailableError } from '../errors.js';
import type { LockCalls } from './ffi.js';
import { childProcess } from './lazy-builtins.js';

/** Exit status of a lock that is another's. @see flock(1) */
const BUSY = 1;

export const flockCommand: Pick<LockCalls, 'tryFlock' | 'unlockFlock'> = {
  tryFlock: (fd, mode) => run(fd, ['-n', mode === 'shared' ? '-s' : '-x']) !== BUSY,
  unlockFlock(fd) {
    run(fd, ['-u']);
  },
};

function run(fd: number, options: readonly string[]): number {
  const { status, error, stderr } = childProcess().spawnSync('flock', [...options, '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    encoding: 'utf8',
  });
  if (status === 0 || (status === BUSY && stderr === '')) return status;
  throw new LockUnavailableError(
    `Without FFI, locks on files need the program flock(1), and it ended with ${status ?? error?.message}: ${stderr ?? ''}. ` +
      'Install it (util-linux), or use FFI.',
    { cause: error },
  );
}
