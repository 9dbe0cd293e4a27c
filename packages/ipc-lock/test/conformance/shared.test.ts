/** What of WPT's web-locks concerns shared and exclusive requests together, on FileLock. Each case names its source. */
import { join } from 'node:path';
import { temporaryFolder } from '@tooling/testkit';
import { FileLock } from 'ipc-lock';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { describeBackEnds } from '../back-ends.js';
import { startHolder } from '../holder-program.js';

let path: string;
let lock: FileLock;

beforeEach(() => {
  path = join(temporaryFolder(), 'file');
  lock = new FileLock(path);
  onTestFinished(() => lock.close());
});

const shared = { shared: true };
const timedOut = expect.objectContaining({ code: 'ERR_LOCK_TIMEOUT' });
const nextTurn = () => new Promise(setImmediate);

describeBackEnds(() => {
  it('WPT mode-shared "Shared locks are not exclusive", in one process and in two', async () => {
    const inner = await lock.runShared(() => lock.runShared(() => lock.held));
    expect(inner).toBe(true);
    using guard = await lock.acquire(shared);
    const other = startHolder(['file', path, 'shared']);
    await other.granted();
    expect(guard.held).toBe(true);
    other.tell('release');
    expect(await other.ended).toMatchObject({ exitCode: 0 });
  });

  it('WPT ifAvailable "Shared lock request with ifAvailable - shared lock held"', async () => {
    using first = await lock.acquire(shared);
    using second = await lock.acquire({ shared: true, timeout: 0 });
    expect([first.shared, second.shared]).toEqual([true, true]);
  });

  it('WPT ifAvailable "Exclusive lock request with ifAvailable - shared lock held"', async () => {
    using guard = await lock.acquire(shared);
    await expect(lock.acquire({ timeout: 0 })).rejects.toThrow(timedOut);
    expect(() => lock.acquireSync()).toThrow(expect.objectContaining({ code: 'ERR_LOCK_WOULD_DEADLOCK' }));
    expect(guard.held).toBe(true);
  });

  it('the same by another process', async () => {
    const other = startHolder(['file', path, 'shared']);
    await other.granted();
    lock.acquireSync({ shared: true, timeout: 0 }).release();
    await expect(lock.acquire({ timeout: 0 })).rejects.toThrow(timedOut);
    other.tell('release');
    (await lock.acquire()).release();
  });

  it('WPT ifAvailable "Shared lock request with ifAvailable - exclusive lock held"', async () => {
    using guard = await lock.acquire();
    await expect(lock.acquire({ shared: true, timeout: 0 })).rejects.toThrow(timedOut);
    expect(guard.shared).toBe(false);
  });

  it('WPT mode-mixed "Releasing exclusive lock grants multiple shared locks"', async () => {
    const exclusive = await lock.acquire();
    const waiting = Array.from({ length: 5 }, () => lock.acquire(shared));
    exclusive.release();
    const guards = await Promise.all(waiting);
    expect(guards.map((guard) => guard.held)).toEqual([true, true, true, true, true]);
    for (const guard of guards) guard.release();
  });

  it('WPT mode-mixed "An exclusive lock between shared locks": later shared ones queue behind it', async () => {
    const first = await lock.acquire(shared);
    const order: string[] = [];
    const exclusive = lock.runExclusive(() => void order.push('exclusive'));
    const later = lock.runShared(() => void order.push('shared'));
    await nextTurn();
    expect(order).toEqual([]);
    first.release();
    await Promise.all([exclusive, later]);
    expect(order).toEqual(['exclusive', 'shared']);
  });

  it('WPT signal "Abort should process the next pending lock request": an aborted exclusive one frees the shared', async () => {
    using first = await lock.acquire(shared);
    const controller = new AbortController();
    const exclusive = lock.acquire({ signal: controller.signal });
    const behind = lock.acquire(shared);
    await nextTurn();
    controller.abort('gone');
    await expect(exclusive).rejects.toBe('gone');
    // `first` is still held: only the aborted request was in the way.
    using guard = await behind;
    expect([first.held, guard.held]).toEqual([true, true]);
  });

  it('a time-out of an exclusive request frees the shared ones behind it', async () => {
    using first = await lock.acquire(shared);
    const exclusive = lock.acquire({ timeout: 20 });
    const behind = lock.acquire(shared);
    await expect(exclusive).rejects.toThrow(timedOut);
    using guard = await behind;
    expect([first.held, guard.held]).toEqual([true, true]);
  });

  it('release() gives back shared grants one by one, the oldest first', async () => {
    const guards = [await lock.acquire(shared), await lock.acquire(shared)];
    lock.release();
    expect(guards.map((guard) => guard.held)).toEqual([false, true]);
    lock.release();
    expect(() => lock.release()).toThrow(expect.objectContaining({ code: 'ERR_LOCK_NOT_HELD' }));
  });
});
