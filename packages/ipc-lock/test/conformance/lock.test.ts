/**
 * CPython's _TestLock (Lib/test/_test_multiprocessing.py) and LockTests (Lib/test/lock_tests.py), and what of WPT's
 * web-locks concerns one exclusive lock, for every kind of lock here and both back ends. Each case names the one it follows.
 */
import { join } from 'node:path';
import { temporaryFolder } from '@tooling/testkit';
import { FileLock, Lock } from 'ipc-lock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { describeBackEnds } from '../back-ends.js';
import { addressOf, copyOf } from '../handed-over.js';
import { startHolder } from '../holder-program.js';

const kinds: [string, (folder: string) => Lock | FileLock][] = [
  ['Lock.open(name)', (directory) => Lock.open('it', { directory })],
  ['new Lock()', (directory) => new Lock({ directory })],
  ['Lock.open(name, { fair: true })', (directory) => Lock.open('it', { directory, fair: true })],
  ['new Lock({ fair: true })', (directory) => new Lock({ directory, fair: true })],
  ['new FileLock(path)', (directory) => new FileLock(join(directory, 'file'))],
];

const code = (expected: string) => expect.objectContaining({ code: expected });

describeBackEnds((backEnd) => {
  describe.each(kinds)('%s', (_, make) => {
    let lock: Lock | FileLock;

    beforeEach(() => {
      lock = make(temporaryFolder());
      onTestFinished(() => lock.close());
    });

    /** Another object for the same lock. */
    async function another(): Promise<Lock | FileLock> {
      const copy = await copyOf(lock);
      onTestFinished(() => copy.close());
      return copy;
    }

    it('CPython test_lock: not re-entrant, and released once', async () => {
      await lock.acquire();
      expect(lock.held).toBe(true);
      await expect(lock.acquire({ timeout: 0 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
      expect(lock.release()).toBeUndefined();
      expect(lock.held).toBe(false);
      expect(() => lock.release()).toThrow(code('ERR_LOCK_NOT_HELD'));
    });

    it('CPython test_lock, blocking the thread', () => {
      const guard = lock.acquireSync();
      expect(() => lock.acquireSync({ timeout: 0 })).toThrow(code('ERR_LOCK_TIMEOUT'));
      expect(() => lock.acquireSync()).toThrow(code('ERR_LOCK_WOULD_DEADLOCK'));
      expect(() => lock.acquireSync({ timeout: 60_000 })).toThrow(code('ERR_LOCK_WOULD_DEADLOCK'));
      guard.release();
      lock.acquireSync({ timeout: 0 }).release();
    });

    it('CPython test_lock_context: a guard ends with its block', async () => {
      {
        using guard = await lock.acquire();
        expect(guard.held).toBe(true);
      }
      expect(lock.held).toBe(false);
      {
        await using guard = await lock.acquire({ timeout: 0 });
        expect(guard.held).toBe(true);
      }
      expect(lock.held).toBe(false);
    });

    it('a guard may be released twice, and never releases a later grant', async () => {
      const first = await lock.acquire();
      first.release();
      first.release();
      const second = await lock.acquire();
      first.release();
      expect([first.held, second.held, lock.held]).toEqual([false, true, true]);
      lock.release();
      expect(second.held).toBe(false);
      second.release();
    });

    it('release by another object that does not hold it is refused (contract, promise 6)', async () => {
      const guard = await lock.acquire();
      const copy = await another();
      expect(() => copy.release()).toThrow(code('ERR_LOCK_NOT_HELD'));
      expect(guard.held).toBe(true);
      guard.release();
    });

    it('CPython LockTests.test_try_acquire_contended, by another process', async () => {
      const holder = startHolder(['at', addressOf(lock)]);
      await holder.granted();
      expect(() => lock.acquireSync({ timeout: 0 })).toThrow(code('ERR_LOCK_TIMEOUT'));
      await expect(lock.acquire({ timeout: 0 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
      await expect(lock.acquire({ timeout: 30 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
      expect(() => lock.acquireSync({ timeout: 30 })).toThrow(code('ERR_LOCK_TIMEOUT'));
      const waiting = lock.acquire();
      holder.tell('release');
      (await waiting).release();
      expect(await holder.ended).toMatchObject({ exitCode: 0, stderr: '' });
    });

    it('CPython LockTests.test_acquire_contended, blocking the thread', async () => {
      const holder = startHolder(['at', addressOf(lock)]);
      await holder.granted();
      holder.tell('release');
      lock.acquireSync().release();
      expect(await holder.ended).toMatchObject({ exitCode: 0 });
    });

    it('CPython LockTests.test_state_after_timeout: a wait that timed out leaves nothing', async () => {
      const guard = await lock.acquire();
      await expect(lock.acquire({ timeout: 20 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
      guard.release();
      (await lock.acquire({ timeout: 0 })).release();
    });

    it('CPython LockTests.test_reacquire and test_thread_leak: again and again, with no descriptor left', async () => {
      // Without FFI each is some calls to the file system, or a program.
      const rounds = backEnd === 'futex' ? 500 : 50;
      for (let round = 0; round < rounds; round++) {
        (await lock.acquire()).release();
        lock.acquireSync().release();
      }
      expect(lock.held).toBe(false);
    });

    it('CPython BaseLockTests.test_constructor: two locks are two', async () => {
      const other = make(temporaryFolder());
      onTestFinished(() => other.close());
      using guard = await lock.acquire();
      using second = await other.acquire({ timeout: 0 });
      expect([guard.held, second.held]).toEqual([true, true]);
    });

    it('WPT mode-exclusive "Lock requests are granted in order", over two objects', async () => {
      const copy = await another();
      const order: number[] = [];
      const first = await lock.acquire();
      const requests = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? lock : copy).runExclusive(async () => {
          order.push(index);
          await new Promise(setImmediate);
        }),
      );
      first.release();
      await Promise.all(requests);
      expect(order).toEqual(requests.map((_, index) => index));
    });

    it('WPT acquire "request\'s returned promise resolves after lock is released"', async () => {
      expect(await lock.runExclusive(() => lock.held)).toBe(true);
      expect(lock.held).toBe(false);
    });

    it('WPT acquire "Returned Promise rejects if callback throws", at once or later, and the lock is free', async () => {
      const thrown = { not: 'an error' };
      const throwing = () => {
        // eslint-disable-next-line typescript/only-throw-error -- whatever is thrown comes back as it is
        throw thrown;
      };
      await expect(lock.runExclusive(throwing)).rejects.toBe(thrown);
      await expect(lock.runExclusive(async () => throwing())).rejects.toBe(thrown);
      (await lock.acquire({ timeout: 0 })).release();
    });

    it('WPT held "lock is held until callback\'s returned promise resolves"', async () => {
      let finish: () => void = () => undefined;
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const running = lock.runExclusive(() => finished);
      await expect(lock.acquire({ timeout: 20 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
      finish();
      await running;
      (await lock.acquire({ timeout: 0 })).release();
    });

    it('WPT signal "Passing an already aborted signal aborts", with the custom reason', async () => {
      const reason = new Error('mine');
      let ran = false;
      const request = lock.runExclusive(() => (ran = true), { signal: AbortSignal.abort(reason) });
      await expect(request).rejects.toBe(reason);
      expect(ran).toBe(false);
    });

    it('WPT signal "An aborted request results in AbortError", with the default reason', async () => {
      using guard = await lock.acquire();
      const controller = new AbortController();
      const request = lock.acquire({ signal: controller.signal });
      setImmediate(() => controller.abort());
      await expect(request).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
      expect(guard.held).toBe(true);
    });

    it('WPT signal "Synchronously signaled abort", although the lock is free; the next is not blocked', async () => {
      const controller = new AbortController();
      const request = lock.acquire({ signal: controller.signal });
      controller.abort('now');
      await expect(request).rejects.toBe('now');
      (await lock.acquire({ timeout: 0 })).release();
    });

    it('WPT signal "Abort signaled after lock granted" has no effect', async () => {
      const controller = new AbortController();
      using guard = await lock.acquire({ signal: controller.signal });
      controller.abort();
      expect(guard.held).toBe(true);
    });

    it('WPT signal "Abort should process the next pending lock request"', async () => {
      const first = await lock.acquire();
      const controller = new AbortController();
      const aborted = lock.acquire({ signal: controller.signal });
      const next = lock.acquire();
      controller.abort('gone');
      await expect(aborted).rejects.toBe('gone');
      first.release();
      (await next).release();
    });

    it('WPT frames "Navigated Frame with pending request": a waiter that dies is skipped', async () => {
      const first = await lock.acquire();
      const waiter = startHolder(['at', addressOf(lock)]);
      await waiter.line(/^asking$/);
      const next = lock.acquire();
      waiter.child.kill('SIGKILL');
      await waiter.ended;
      first.release();
      using guard = await next;
      expect(guard.held).toBe(true);
    });

    it('CPython BaseLockTests.test_acquire_destroy, and WPT non-fully-active: closed, it ends its waits', async () => {
      const holder = await another();
      const guard = await holder.acquire();
      const waiting = lock.acquire();
      lock.close();
      await expect(waiting).rejects.toThrow(code('ERR_LOCK_CLOSED'));
      await expect(lock.acquire()).rejects.toThrow(code('ERR_LOCK_CLOSED'));
      expect(() => lock.acquireSync()).toThrow(code('ERR_LOCK_CLOSED'));
      expect(() => addressOf(lock)).toThrow(code('ERR_LOCK_CLOSED'));
      lock.close();
      guard.release();
    });

    it('closing the object that holds it releases it', async () => {
      const copy = await another();
      const guard = await copy.acquire();
      copy.close();
      expect(guard.held).toBe(false);
      guard.release();
      (await lock.acquire({ timeout: 0 })).release();
    });
  });
});
