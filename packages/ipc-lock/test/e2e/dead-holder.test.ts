/** What holds when a holder dies, is stopped, or leaves without a word (contract, promises 1, 2 and 5). */
import { temporaryFolder, waitFor, processState } from '@tooling/testkit';
import { Lock } from 'ipc-lock';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { describeBackEnds } from '../back-ends.js';
import { addressOf, copyOf } from '../handed-over.js';
import { startHolder } from '../holder-program.js';

let lock: Lock;

beforeEach(() => {
  lock = Lock.open('it', { directory: temporaryFolder() });
  onTestFinished(() => lock.close());
});

const timedOut = expect.objectContaining({ code: 'ERR_LOCK_TIMEOUT' });

describeBackEnds(() => {
  it('SIGKILL: the next has it, is told who died, and the one after is not', async () => {
    const asked = Date.now();
    const holder = startHolder(['at', addressOf(lock)]);
    const { token } = await holder.granted();
    const waiting = lock.acquire();
    holder.child.kill('SIGKILL');
    const guard = await waiting;
    expect(guard.abandoned).toEqual({ pid: holder.pid, since: expect.any(Number), token: BigInt(token) });
    expect(guard.abandoned?.since).toBeGreaterThanOrEqual(asked);
    expect(guard.abandoned?.since).toBeLessThanOrEqual(Date.now());
    expect(guard.token).toBe(BigInt(token) + 1n);
    guard.release();
    using second = await lock.acquire();
    expect(second.abandoned).toBeNull();
    expect(second.token).toBe(guard.token + 1n);
  });

  it('CPython test_lock_locked_2processes, as it should be: an exit without release is told of, and blocks nobody', async () => {
    const holder = startHolder(['at', addressOf(lock)]);
    await holder.granted();
    holder.tell('exit');
    expect(await holder.ended).toMatchObject({ exitCode: 0 });
    expect(lock.locked).toBe(false);
    using guard = lock.acquireSync();
    expect(guard.abandoned).toMatchObject({ pid: holder.pid });
  });

  it('a holder that releases is not told of', async () => {
    const holder = startHolder(['at', addressOf(lock)]);
    await holder.granted();
    holder.tell('release');
    using guard = await lock.acquire();
    expect(guard.abandoned).toBeNull();
    await holder.ended;
  });

  it('SIGSTOP: a stopped holder keeps the lock', async () => {
    const holder = startHolder(['at', addressOf(lock)]);
    await holder.granted();
    holder.child.kill('SIGSTOP');
    await waitFor('the holder to be stopped', () => processState(holder.pid) === 'T');
    await expect(lock.acquire({ timeout: 1000 })).rejects.toThrow(timedOut);
    expect(() => lock.acquireSync({ timeout: 50 })).toThrow(timedOut);
    expect(lock.holder()?.pid).toBe(holder.pid);
    holder.child.kill('SIGCONT');
    holder.tell('release');
    using guard = await lock.acquire();
    expect(guard.abandoned).toBeNull();
    await holder.ended;
  });

  // The machine's own clock is not the test's to set: this process believes that it was.
  it.each([-3_600_000, 86_400_000])(
    'the clock is set by %i ms: who lives keeps it, who dies gives it up',
    async (jump) => {
      const holder = startHolder(['at', addressOf(lock)]);
      await holder.granted();
      const { now } = Date;
      onTestFinished(() => {
        Date.now = now;
      });
      const waiting = lock.acquire({ timeout: 60_000 });
      Date.now = () => now() + jump;
      await expect(lock.acquire({ timeout: 50 })).rejects.toThrow(timedOut);
      expect(() => lock.acquireSync({ timeout: 50 })).toThrow(timedOut);
      expect(lock.holder()?.pid).toBe(holder.pid);
      holder.child.kill('SIGKILL');
      using guard = await waiting;
      expect(guard.abandoned?.pid).toBe(holder.pid);
    },
  );

  it('SIGKILL of a stopped holder frees it', async () => {
    const holder = startHolder(['at', addressOf(lock)]);
    await holder.granted();
    holder.child.kill('SIGSTOP');
    const waiting = lock.acquire();
    holder.child.kill('SIGKILL');
    using guard = await waiting;
    expect(guard.abandoned).toMatchObject({ pid: holder.pid });
  });

  it('holder() says who has it, seen from any process, and null before and after', async () => {
    expect([lock.holder(), lock.locked]).toEqual([null, false]);
    const holder = startHolder(['at', addressOf(lock)]);
    await holder.granted();
    expect(lock.holder()).toEqual({ pid: holder.pid, since: expect.any(Number) });
    expect(lock.locked).toBe(true);
    holder.child.kill('SIGKILL');
    await holder.ended;
    expect([lock.holder(), lock.locked]).toEqual([null, false]);
    const guard = await lock.acquire();
    expect(lock.holder()).toEqual({ pid: process.pid, since: expect.any(Number) });
    const copy = await copyOf(lock);
    expect(copy.holder()).toEqual(lock.holder());
    copy.close();
    guard.release();
    expect(lock.holder()).toBeNull();
  });

  it('tokens grow over objects and processes', async () => {
    const tokens: bigint[] = [];
    for (let round = 0; round < 3; round++) {
      const holder = startHolder(['at', addressOf(lock)]);
      tokens.push(BigInt((await holder.granted()).token));
      holder.tell('release');
      await holder.ended;
      const copy = await copyOf(lock);
      tokens.push(await copy.runExclusive((guard) => guard.token));
      tokens.push(copy.acquireSync().token);
      copy.close();
    }
    expect(tokens).toEqual(tokens.map((_, index) => (tokens[0] ?? 0n) + BigInt(index)));
  });
});
