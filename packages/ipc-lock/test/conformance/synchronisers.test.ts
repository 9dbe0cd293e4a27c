/**
 * CPython's _TestLock.test_rlock, _TestCondition, _TestEvent and _TestBarrier (Lib/test/_test_multiprocessing.py), and
 * what CPython does not test: parties and sleepers that are killed. Read-write locks follow WPT's mode-mixed.
 */
import { readdirSync } from 'node:fs';
import { processState, temporaryFolder, waitFor } from '@tooling/testkit';
import { Barrier, Condition, Event, Lock, RLock, RWLock } from 'ipc-lock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Actor, startActor } from '../actor.js';
import { describeBackEnds } from '../back-ends.js';
import { copyOf } from '../handed-over.js';

const code = (expected: string) => expect.objectContaining({ code: expected });
const broken = code('ERR_LOCK_BROKEN_BARRIER');
const timedOut = code('ERR_LOCK_TIMEOUT');
const nextTurn = () => new Promise(setImmediate);

/** What a promise is rejected with; looked at from now on, whenever that is. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

let directory: string;

beforeEach(() => {
  directory = temporaryFolder();
});

function closing<T extends { close(): void }>(object: T): T {
  onTestFinished(() => object.close());
  return object;
}

/** Without FFI a lock in the file system is held while something is changed: whoever has it there has a folder in it. */
function isChanging(): boolean {
  return readdirSync(directory, { recursive: true }).some((path) => /(^|\/)lock\/c-/.test(String(path)));
}

/** Stopped, and not in the middle of a change: nobody could go on until it is continued. */
async function stopped({ child }: Actor): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP');
    await waitFor('it to be stopped', () => processState(child.pid as number) === 'T');
    if (!isChanging()) return;
    child.kill('SIGCONT');
    await nextTurn();
  }
}

async function killed(actor: Actor): Promise<void> {
  actor.child.kill('SIGKILL');
  await actor.ended;
}

describeBackEnds(() => {
  describe.each([
    ['RLock.open(name)', () => RLock.open('it', { directory })],
    ['new RLock()', () => new RLock({ directory })],
  ])('%s', (_, make) => {
    it('CPython test_rlock: taken three times, released three times, and not once more', async () => {
      const lock = closing(make());
      lock.acquireSync();
      await lock.acquire();
      lock.acquireSync();
      expect([lock.depth, lock.locked]).toEqual([3, true]);
      lock.release();
      expect(lock.locked).toBe(true);
      lock.release();
      lock.release();
      expect([lock.depth, lock.locked]).toEqual([0, false]);
      expect(() => lock.release()).toThrow(code('ERR_LOCK_NOT_HELD'));
    });

    it('CPython RLockTests.test_different_thread: another chain of calls waits, one inside gets in', async () => {
      const lock = closing(make());
      const order: string[] = [];
      const one = lock.runExclusive(async () => {
        order.push('one');
        await nextTurn();
        await lock.runExclusive(() => void order.push('one again'));
      });
      const two = lock.runExclusive(() => void order.push('two'));
      await Promise.all([one, two]);
      expect(order).toEqual(['one', 'one again', 'two']);
    });

    it('excludes other processes until it is released as often as it was taken', async () => {
      const lock = closing(make());
      const other = await startActor(lock);
      const guards = [lock.acquireSync(), lock.acquireSync()];
      guards[0]?.release();
      await expect(other.call('acquire', { timeout: 0 })).rejects.toThrow(timedOut);
      guards[1]?.release();
      guards[1]?.release();
      await other.call('acquire');
      await other.call('acquire');
      expect(() => lock.acquireSync({ timeout: 0 })).toThrow(timedOut);
      await killed(other);
      expect(lock.acquireSync().abandoned).toMatchObject({ pid: other.pid });
    });
  });

  describe.each([
    ['Event.open(name)', () => Event.open('it', { directory })],
    ['new Event()', () => new Event({ directory })],
  ])('%s', (_, make) => {
    it('CPython test_event: waits time out, until another process sets it', async () => {
      const event = closing(make());
      expect(event.isSet).toBe(false);
      await expect(event.wait({ timeout: 0 })).rejects.toThrow(timedOut);
      await expect(event.wait({ timeout: 20 })).rejects.toThrow(timedOut);
      expect(() => event.waitSync({ timeout: 20 })).toThrow(timedOut);
      event.set();
      expect(event.isSet).toBe(true);
      await event.wait();
      event.waitSync({ timeout: 0 });
      event.clear();
      expect(event.isSet).toBe(false);
      const other = await startActor(event);
      const waiting = event.wait();
      await other.call('set');
      await waiting;
      expect(event.isSet).toBe(true);
    });

    it('CPython EventTests.test_set_and_clear: who waited is let go although it was cleared at once', async () => {
      const event = closing(make());
      const other = await startActor(event);
      const there = await other.begin('waitSync');
      const here = [event.wait(), event.wait()];
      await nextTurn();
      event.set();
      event.clear();
      expect(await Promise.all(here)).toHaveLength(2);
      // The other process may only now begin to wait: then it waits for the next.
      const again = setInterval(() => event.set(), 20);
      onTestFinished(() => clearInterval(again));
      await there.answer;
    });

    it('python/cpython#75158: set() passes over a waiter that was killed', async () => {
      const event = closing(make());
      const dying = await startActor(event);
      await dying.begin('wait');
      await killed(dying);
      const waiting = event.wait();
      event.set();
      await waiting;
      expect(event.isSet).toBe(true);
    });
  });

  describe.each([
    ['Condition.open(name)', () => Condition.open('it', { directory })],
    ['new Condition()', () => new Condition(undefined, { directory })],
  ])('%s', (_, make) => {
    /** Begins a wait over there, and resolves when it is one. */
    async function sleepThere(actor: Actor, condition: Condition) {
      await actor.call('acquire');
      const wait = await actor.begin('wait');
      // It lets go of the lock by falling asleep.
      await condition.acquire();
      condition.release();
      return wait;
    }

    it('CPython ConditionTests.test_unacquired_wait and test_unacquired_notify', async () => {
      const condition = closing(make());
      await expect(condition.wait()).rejects.toThrow(code('ERR_LOCK_NOT_HELD'));
      expect(() => condition.waitSync()).toThrow(code('ERR_LOCK_NOT_HELD'));
      expect(() => condition.notify()).toThrow(code('ERR_LOCK_NOT_HELD'));
    });

    it('CPython test_notify: each notify() wakes one, here or there', async () => {
      const condition = closing(make());
      const other = await startActor(condition);
      const there = await sleepThere(other, condition);
      const here = await copyOf(condition).then(closing);
      await here.acquire();
      const waiting = here.wait();
      await condition.acquire();
      expect(condition.notify()).toBe(1);
      condition.release();
      const first = await Promise.race([waiting.then(() => 'here'), there.answer.then(() => 'there')]);
      if (first === 'here') here.release();
      else await other.call('release');
      await condition.acquire();
      expect(condition.notify()).toBe(1);
      expect(condition.notify()).toBe(0);
      condition.release();
      expect(await (first === 'here' ? there.answer : waiting)).toBe(true);
    });

    it('CPython test_notify_all and test_notify_n: 4 sleepers; 2, then the rest, then none', async () => {
      const condition = closing(make());
      const sleepers = await Promise.all([1, 2, 3, 4].map(() => copyOf(condition).then(closing)));
      let woken = 0;
      const waits = sleepers.map(async (sleeper) => {
        await sleeper.acquire();
        expect(await sleeper.wait()).toBe(true);
        woken++;
        sleeper.release();
      });
      // Each lets go of the lock only by falling asleep, in the order they asked.
      await condition.acquire();
      expect(condition.notify(2)).toBe(2);
      condition.release();
      await waitFor('two to be woken', () => woken === 2);
      await condition.acquire();
      expect(woken).toBe(2);
      expect(condition.notifyAll()).toBe(2);
      expect(condition.notify(3)).toBe(0);
      condition.release();
      await Promise.all(waits);
    });

    it('CPython test_timeout and test_wait_result: false when time ran out, and the lock is held again', async () => {
      const condition = closing(make());
      await condition.acquire();
      expect(await condition.wait({ timeout: 20 })).toBe(false);
      expect(condition.waitSync({ timeout: 20 })).toBe(false);
      expect(condition.lock.held).toBe(true);
      expect(condition.notify()).toBe(0);
      const aborted = condition.wait({ signal: AbortSignal.abort('why') });
      await expect(aborted).rejects.toBe('why');
      expect(condition.lock.held).toBe(true);
      condition.release();
    });

    it('CPython test_waitfor and test_waitfor_timeout, over a value that both see', async () => {
      const condition = closing(make());
      let value = 0;
      await condition.acquire();
      expect(await condition.waitUntil(() => value === 4, { timeout: 20 })).toBe(false);
      const waiting = condition.waitUntil(() => value === 4);
      const other = closing(await copyOf(condition));
      for (let step = 0; step < 4; step++) {
        await other.runExclusive(() => {
          value++;
          other.notify();
        });
      }
      expect(await waiting).toBe(true);
      condition.release();
    });

    it('python/cpython#75158: a sleeper that was killed is passed over, and does not hang anyone', async () => {
      const condition = closing(make());
      const dying = await startActor(condition);
      const other = await startActor(condition);
      await sleepThere(dying, condition);
      const there = await sleepThere(other, condition);
      await killed(dying);
      await condition.acquire();
      expect(condition.notify()).toBe(1);
      condition.release();
      expect(await there.answer).toBe(true);
    });

    it('a notification that a killed sleeper had not taken wakes another', async () => {
      const condition = closing(make());
      const dying = await startActor(condition);
      await sleepThere(dying, condition);
      await stopped(dying);
      const here = closing(await copyOf(condition));
      await here.acquire();
      const waiting = here.wait();
      await condition.acquire();
      condition.notify();
      const toBoth = condition.notify();
      condition.release();
      await killed(dying);
      expect(toBoth).toBe(1);
      expect(await waiting).toBe(true);
    });
  });

  it('a Condition may share its lock with others', async () => {
    const lock = closing(Lock.open('it', { directory }));
    const full = closing(new Condition(lock, { directory }));
    const empty = closing(new Condition(lock, { directory }));
    await lock.acquire();
    expect([full.notify(), empty.notify()]).toEqual([0, 0]);
    lock.release();
    expect(() => new Condition({} as Lock)).toThrow(code('ERR_LOCK_INVALID_OPTION'));
  });

  describe.each([
    ['RWLock.open(name)', () => RWLock.open('it', { directory })],
    ['new RWLock()', () => new RWLock({ directory })],
  ])('%s', (_, make) => {
    it('WPT mode-shared "Shared locks are not exclusive", in one process and in two', async () => {
      const lock = closing(make());
      const other = await startActor(lock);
      const guards = [await lock.acquireRead(), lock.acquireReadSync()];
      await other.call('acquireRead', { timeout: 0 });
      expect(lock.reading).toBe(2);
      await expect(other.call('acquireWrite', { timeout: 20 })).rejects.toThrow(timedOut);
      expect(() => lock.acquireWriteSync()).toThrow(code('ERR_LOCK_WOULD_DEADLOCK'));
      for (const guard of guards) guard.release();
      await expect(lock.acquireWrite({ timeout: 20 })).rejects.toThrow(timedOut);
      await other.call('letGo');
      (await lock.acquireWrite({ timeout: 1000 })).release();
    });

    it('a writer has it alone, whoever asks', async () => {
      const lock = closing(make());
      const other = await startActor(lock);
      const guard = lock.acquireWriteSync();
      expect(lock.writing).toBe(true);
      for (const method of ['acquireRead', 'acquireWrite', 'acquireReadSync', 'acquireWriteSync']) {
        await expect(other.call(method, { timeout: 10 })).rejects.toThrow(timedOut);
      }
      expect(() => lock.acquireReadSync()).toThrow(code('ERR_LOCK_WOULD_DEADLOCK'));
      await expect(lock.acquireRead({ timeout: 10 })).rejects.toThrow(timedOut);
      guard.release();
      guard.release();
      await other.call('acquireWrite');
      expect(lock.writing).toBe(false);
    });

    it('WPT mode-mixed "Releasing exclusive lock grants multiple shared locks"', async () => {
      const lock = closing(make());
      const writer = await lock.acquireWrite();
      const readers = Array.from({ length: 5 }, () => lock.acquireRead());
      writer.release();
      const guards = await Promise.all(readers);
      expect(guards.every((guard) => guard.held)).toBe(true);
      lock.close();
      expect(guards.some((guard) => guard.held)).toBe(false);
    });

    it('WPT mode-mixed "An exclusive lock between shared locks": a waiting writer keeps later readers out', async () => {
      const lock = closing(make());
      const other = await startActor(lock);
      const reader = await lock.acquireRead();
      const writer = await other.begin('acquireWrite');
      // From when on is up to the other process; then it stays so.
      for (;;) {
        const tried = await lock.acquireRead({ timeout: 0 }).catch(() => undefined);
        if (tried === undefined) break;
        tried.release();
        await nextTurn();
      }
      reader.release();
      await writer.answer;
      await other.call('letGo');
      expect((await lock.acquireRead({ timeout: 1000 })).held).toBe(true);
    });

    it('a writer that gives up, or is killed waiting, lets readers in', async () => {
      const lock = closing(make());
      const reader = await lock.acquireRead();
      const other = await startActor(lock);
      await expect(other.call('acquireWrite', { timeout: 20 })).rejects.toThrow(timedOut);
      (await lock.acquireRead({ timeout: 0 })).release();
      await other.begin('acquireWriteSync');
      await killed(other);
      (await lock.acquireRead({ timeout: 1000 })).release();
      reader.release();
    });

    it('killed readers and writers give it up; of a writer the next is told', async () => {
      const lock = closing(make());
      const reader = await startActor(lock);
      await reader.call('acquireRead');
      await reader.call('acquireRead');
      await killed(reader);
      const first = lock.acquireWriteSync();
      expect(first.abandoned).toBeNull();
      first.release();
      const writer = await startActor(lock);
      const { token } = (await writer.call('acquireWrite')) as { token: number };
      await killed(writer);
      const second = await lock.acquireRead();
      expect(second.abandoned).toMatchObject({ pid: writer.pid, token: BigInt(token) });
      expect(lock.acquireReadSync().abandoned).toBeNull();
      expect(() => {
        for (let release = 0; release < 3; release++) lock.release();
      }).toThrow(code('ERR_LOCK_NOT_HELD'));
    });
  });

  describe.each([
    ['Barrier.open(name)', (parties: number) => Barrier.open('it', parties, { directory })],
    ['new Barrier()', (parties: number) => new Barrier(parties, { directory })],
  ])('%s', (_, make) => {
    it('CPython test_single_thread: one party never waits', async () => {
      const barrier = closing(make(1));
      expect([await barrier.wait(), barrier.waitSync(), barrier.waiting, barrier.parties]).toEqual([
        0, 0, 0, 1,
      ]);
    });

    it('CPython test_wait_return and test_barrier_10: ten trips, each party with a number of its own', async () => {
      const barrier = closing(make(4));
      const others = await Promise.all([startActor(barrier), startActor(barrier)]);
      for (let trip = 0; trip < 10; trip++) {
        const numbers = await Promise.all([
          barrier.wait(),
          barrier.wait(),
          others[0]?.call('wait'),
          others[1]?.call('waitSync'),
        ]);
        expect(numbers.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 3]);
      }
      expect([barrier.waiting, barrier.broken]).toEqual([0, false]);
    });

    it('CPython test_abort and test_reset: who waits is told, and it can be used again', async () => {
      const barrier = closing(make(2));
      const other = await startActor(barrier);
      const here = failureOf(barrier.wait());
      barrier.abort();
      expect(await here).toEqual(broken);
      expect(barrier.broken).toBe(true);
      await expect(other.call('wait')).rejects.toThrow(broken);
      barrier.reset();
      expect(barrier.broken).toBe(false);
      const there = await other.begin('wait');
      while (barrier.waiting === 0) await nextTurn();
      barrier.reset();
      await expect(there.answer).rejects.toThrow(broken);
      expect(await Promise.all([other.call('wait'), barrier.wait()])).toHaveLength(2);
    });

    it('CPython test_timeout: one that is late breaks it for all, the late one too', async () => {
      const barrier = closing(make(3));
      const other = await startActor(barrier);
      const here = failureOf(barrier.wait());
      await expect(other.call('waitSync', { timeout: 20 })).rejects.toThrow(broken);
      expect(await here).toEqual(broken);
      await expect(barrier.wait()).rejects.toThrow(broken);
    });

    it('python/cpython#123899: a party that is killed waiting breaks it, and is named', async () => {
      const barrier = closing(make(3));
      const dying = await startActor(barrier);
      const there = await dying.begin('wait');
      while (barrier.waiting === 0) await nextTurn();
      const here = failureOf(barrier.wait());
      await killed(dying);
      expect(await here).toMatchObject({ code: 'ERR_LOCK_BROKEN_BARRIER', pid: dying.pid });
      await expect(there.answer).rejects.toThrow(/ended before/);
    });

    it('closed with a party in it, it is broken for the others', async () => {
      const barrier = closing(make(3));
      const copy = await copyOf(barrier);
      const here = failureOf(barrier.wait());
      const closed = failureOf(copy.wait());
      await nextTurn();
      copy.close();
      expect(await Promise.all([here, closed])).toEqual([broken, code('ERR_LOCK_CLOSED')]);
    });
  });

  it('CPython test_action: called once a trip, before anyone is let out; one that throws breaks the barrier', async () => {
    let calls = 0;
    const barrier = closing(new Barrier(3, { directory, action: () => void calls++ }));
    for (let trip = 1; trip <= 3; trip++) {
      const seen = await Promise.all([1, 2, 3].map(() => barrier.wait().then(() => calls)));
      expect(seen).toEqual([trip, trip, trip]);
    }
    const failing = closing(
      new Barrier(2, {
        directory,
        action: () => {
          throw new Error('mine');
        },
      }),
    );
    const results = await Promise.allSettled([failing.wait(), failing.wait()]);
    expect(
      results.map((result) => (result.status === 'rejected' ? result.reason.message : result.value)),
    ).toEqual([expect.stringMatching(/is broken/), 'mine']);
  });
});
