/** CPython's _TestSemaphore (Lib/test/_test_multiprocessing.py) and SemaphoreTests (Lib/test/lock_tests.py). */
import { temporaryFolder } from '@tooling/testkit';
import { BoundedSemaphore, Semaphore } from 'ipc-lock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startActor } from '../actor.js';
import { describeBackEnds } from '../back-ends.js';
import { copyOf } from '../handed-over.js';

const code = (expected: string) => expect.objectContaining({ code: expected });

const kinds: [string, (value: number, directory: string) => Semaphore][] = [
  ['Semaphore.open(name)', (value, directory) => Semaphore.open('it', value, { directory })],
  ['new Semaphore()', (value, directory) => new Semaphore(value, { directory })],
  ['BoundedSemaphore.open(name)', (value, directory) => BoundedSemaphore.open('it', value, { directory })],
  ['new BoundedSemaphore()', (value, directory) => new BoundedSemaphore(value, { directory })],
];

describeBackEnds(() => {
  describe.each(kinds)('%s', (_, open) => {
    let directory: string;

    beforeEach(() => {
      directory = temporaryFolder();
    });

    function make(value: number): Semaphore {
      const semaphore = open(value, directory);
      onTestFinished(() => semaphore.close());
      return semaphore;
    }

    it('CPython test_semaphore: 2, 1, 0, not available, and back', async () => {
      const semaphore = make(2);
      expect(semaphore.value).toBe(2);
      await semaphore.acquire();
      expect(semaphore.value).toBe(1);
      semaphore.acquireSync();
      expect(semaphore.value).toBe(0);
      await expect(semaphore.acquire({ timeout: 0 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
      expect(() => semaphore.acquireSync({ timeout: 0 })).toThrow(code('ERR_LOCK_TIMEOUT'));
      expect(semaphore.value).toBe(0);
      semaphore.release();
      semaphore.release();
      expect(semaphore.value).toBe(2);
    });

    it('CPython SemaphoreTests.test_release_unacquired: one permit more, or refused', () => {
      const semaphore = make(1);
      const isBounded = semaphore instanceof BoundedSemaphore;
      const releases = [1, 2].map(() => {
        try {
          semaphore.release();
          return 'added';
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
      expect(releases).toEqual(isBounded ? ['ERR_LOCK_NOT_HELD', 'ERR_LOCK_NOT_HELD'] : ['added', 'added']);
      expect(semaphore.value).toBe(isBounded ? 1 : 3);
    });

    it('CPython test_timeout: a wait that timed out leaves nothing', async () => {
      const semaphore = make(1);
      const other = await startActor(semaphore);
      await other.call('acquire');
      await expect(semaphore.acquire({ timeout: 30 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
      expect(() => semaphore.acquireSync({ timeout: 30 })).toThrow(code('ERR_LOCK_TIMEOUT'));
      await other.call('letGo');
      expect(semaphore.value).toBe(1);
      semaphore.acquireSync({ timeout: 0 }).release();
    });

    it('CPython SemaphoreTests.test_acquire_contended: never more than there are, and all get one', async () => {
      const semaphore = make(7);
      let inside = 0;
      let most = 0;
      await Promise.all(
        Array.from({ length: 40 }, () =>
          semaphore.run(async () => {
            most = Math.max(most, ++inside);
            await new Promise(setImmediate);
            inside--;
          }),
        ),
      );
      expect([most, inside, semaphore.value]).toEqual([7, 0, 7]);
    });

    it('in two processes: a permit that one gives back wakes the other, sync and async', async () => {
      const semaphore = make(1);
      const other = await startActor(semaphore);
      for (const method of ['acquire', 'acquireSync']) {
        await other.call('acquire');
        const waiting = semaphore.acquire();
        await other.call('letGo');
        const guard = await waiting;
        const { answer } = await other.begin(method);
        guard.release();
        await answer;
        await other.call('letGo');
      }
      expect(semaphore.value).toBe(1);
    });

    it('python/cpython#88304: a dead process gives its permits back, and the next is told, once for each', async () => {
      const semaphore = make(3);
      const other = await startActor(semaphore);
      const before = Date.now();
      await other.call('acquire');
      await other.call('acquire');
      expect(semaphore.value).toBe(1);
      other.child.kill('SIGKILL');
      await other.ended;
      const guards = [
        semaphore.acquireSync(),
        await semaphore.acquire(),
        semaphore.acquireSync({ timeout: 0 }),
      ];
      const told = guards.flatMap(({ abandoned }) => (abandoned === null ? [] : [abandoned]));
      expect(told.map(({ pid }) => pid)).toEqual([other.pid, other.pid]);
      expect(told.every(({ since }) => since >= before - 1)).toBe(true);
      for (const guard of guards) guard.release();
      expect(semaphore.acquireSync().abandoned).toBeNull();
    });

    it('a waiter that dies takes nothing', async () => {
      const semaphore = make(1);
      const guard = semaphore.acquireSync();
      const other = await startActor(semaphore);
      await other.begin('acquireSync');
      other.child.kill('SIGKILL');
      await other.ended;
      guard.release();
      expect(semaphore.value).toBe(1);
      expect(semaphore.acquireSync({ timeout: 0 }).abandoned).toBeNull();
    });

    it('guards are idempotent; closing gives back what the object has; two objects share permits', async () => {
      const semaphore = make(2);
      const copy = await copyOf(semaphore);
      const guard = copy.acquireSync();
      copy.acquireSync();
      guard.release();
      guard.release();
      expect([semaphore.value, guard.held]).toEqual([1, false]);
      copy.close();
      expect(semaphore.value).toBe(2);
      await expect(copy.acquire()).rejects.toThrow(code('ERR_LOCK_CLOSED'));
    });

    it('in one process permits are had in the order they were asked for; one that gives up is passed over', async () => {
      const semaphore = make(1);
      const first = await semaphore.acquire();
      const order: number[] = [];
      const aborted = semaphore.acquire({ signal: AbortSignal.timeout(1) });
      const rest = [1, 2, 3].map((index) => semaphore.run(() => void order.push(index)));
      await expect(aborted).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
      first.release();
      await Promise.all(rest);
      expect(order).toEqual([1, 2, 3]);
    });

    it('refuses what is no value', () => {
      const semaphore = make(2);
      for (const value of [-1, 1.5, NaN, '1']) {
        expect(() => open(value as number, directory)).toThrow(code('ERR_LOCK_INVALID_OPTION'));
      }
      expect(semaphore.value).toBe(2);
    });
  });

  it('one of a name has one value, and is not another kind', () => {
    const directory = temporaryFolder();
    const semaphore = Semaphore.open('it', 2, { directory });
    onTestFinished(() => semaphore.close());
    expect(() => Semaphore.open('it', 3, { directory })).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    const bounded = BoundedSemaphore.open('it', 3, { directory });
    expect([semaphore.value, bounded.value]).toEqual([2, 3]);
    bounded.close();
  });
});
