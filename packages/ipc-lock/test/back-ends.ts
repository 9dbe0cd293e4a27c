/** Runs the same tests for each way in which locks are made. */
import { afterAll, beforeAll, describe } from 'vitest';

const SWITCH = 'IPC_LOCK_NO_FFI';

/** The body is run with FFI, and without it, here and in every program that it starts. */
export function describeBackEnds(body: (backEnd: 'futex' | 'portable') => void): void {
  describe.each(['futex', 'portable'] as const)('%s', (backEnd) => {
    const before = process.env[SWITCH];
    beforeAll(() => {
      process.env[SWITCH] = backEnd === 'portable' ? '1' : '0';
    });
    afterAll(() => {
      if (before === undefined) delete process.env[SWITCH];
      else process.env[SWITCH] = before;
    });
    body(backEnd);
  });
}
