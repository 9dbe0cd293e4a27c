/**
 * WPT's web-locks, with children in place of workers and frames. Each case names the file and the sub-test it follows;
 * those at which the `navigator.locks` of Node 26 was seen to fail say so.
 */
import { spawnProgram, temporaryFolder, waitFor } from '@tooling/testkit';
import { LockManager, type LockRequestOptions, type WebLock } from 'ipc-lock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { describeBackEnds } from '../back-ends.js';
import { addressOf, copyOf } from '../handed-over.js';
import { program } from '../holder-program.js';

const named = (name: string) => expect.objectContaining({ name });
const nextTurn = () => new Promise(setImmediate);

/** What a promise is rejected with; looked at from now on, whenever that is. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A promise, and what resolves it. */
function gate() {
  let open: (value?: unknown) => void = () => undefined;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Another client: a process. */
async function startClient(manager: LockManager | undefined, env: NodeJS.ProcessEnv = process.env) {
  const address = manager === undefined ? [] : [addressOf(manager)];
  const running = spawnProgram([program('web-locks.mjs'), ...address], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env,
  });
  await running.line(/^ready$/);
  const tell = (...message: unknown[]) => running.child.stdin?.write(`${JSON.stringify(message)}\n`);
  let last = 0;
  return {
    ...running,
    request(name: string, options: LockRequestOptions = {}) {
      const id = `${++last}`;
      tell('request', id, name, options);
      return {
        granted: () => running.line(new RegExp(`^granted ${id} `)),
        ended: () => running.line(new RegExp(`^ended ${id}$`)),
        failed: () => running.line(new RegExp(`^failed ${id} (.*)$`)),
        release: () => tell('release', id),
      };
    },
    async kill() {
      running.child.kill('SIGKILL');
      await running.ended;
    },
  };
}

describeBackEnds(() => {
  describe.each([
    ['LockManager.open(name)', (directory: string) => LockManager.open('it', { directory })],
    ['new LockManager()', (directory: string) => new LockManager({ directory })],
  ])('%s', (_, make) => {
    let manager: LockManager;

    beforeEach(() => {
      manager = make(temporaryFolder());
      onTestFinished(() => manager.close());
    });

    /** Requests a lock and holds it until it is told to release. */
    async function hold(name: string, options: LockRequestOptions = {}) {
      const { open, opened } = gate();
      let ended: Promise<unknown> = Promise.resolve();
      const lock = await new Promise<WebLock | null>((resolve, reject) => {
        ended = manager.request(name, options, (granted) => {
          resolve(granted);
          return opened;
        });
        ended.catch(reject);
      });
      return {
        lock,
        ended,
        async release() {
          open();
          await ended;
        },
      };
    }

    const untilPending = (count: number) =>
      waitFor('requests to be pending', async () => (await manager.query()).pending.length === count);

    describe('acquire', () => {
      it('"navigator.locks.request requires a name and a callback", "callback must be a function"', async () => {
        const request = manager.request.bind(manager) as unknown as (...args: unknown[]) => Promise<unknown>;
        await expect(request()).rejects.toThrow(TypeError);
        await expect(request('it')).rejects.toThrow(TypeError);
        for (const callback of [undefined, null, 123, 'abc', [], {}, Promise.resolve()]) {
          await expect(request('it', callback)).rejects.toThrow(TypeError);
          await expect(request('it', {}, callback)).rejects.toThrow(TypeError);
        }
      });

      it('"mode must be shared or exclusive"; the lock tells its own', async () => {
        for (const mode of ['foo', null]) {
          await expect(manager.request('it', { mode: mode as 'shared' }, () => 0)).rejects.toThrow(TypeError);
        }
        expect(await manager.request('it', (lock) => lock)).toEqual({ name: 'it', mode: 'exclusive' });
        expect(await manager.request('it', { mode: 'shared' }, (lock) => lock?.mode)).toBe('shared');
      });

      it.each<[string, LockRequestOptions]>([
        ['steal and ifAvailable', { steal: true, ifAvailable: true }],
        ['steal and shared', { steal: true, mode: 'shared' }],
        ['signal and steal', { signal: new AbortController().signal, steal: true }],
        ['signal and ifAvailable', { signal: new AbortController().signal, ifAvailable: true }],
      ])('"The %s options are mutually exclusive"', async (_, options) => {
        await expect(manager.request('it', options, () => 0)).rejects.toThrow(named('NotSupportedError'));
      });

      it('"request\'s returned promise resolves after lock is released", with what the callback gives', async () => {
        const order: string[] = [];
        const value = await manager.request('it', async () => {
          await nextTurn();
          order.push('holding');
          return 7;
        });
        expect([...order, value, await manager.query()]).toEqual(['holding', 7, { held: [], pending: [] }]);
      });

      it('"rejects if callback throws synchronously" or asynchronously, and the lock is free (Node: leaked)', async () => {
        const thrown = { not: 'an error' };
        const throwing = () => {
          // eslint-disable-next-line typescript/only-throw-error -- whatever is thrown comes back as it is
          throw thrown;
        };
        await expect(manager.request('it', throwing)).rejects.toBe(thrown);
        await expect(manager.request('it', async () => throwing())).rejects.toBe(thrown);
        expect(await manager.query()).toEqual({ held: [], pending: [] });
      });

      it('"If callback throws a thenable, its then() should not be invoked"', async () => {
        let calls = 0;
        // eslint-disable-next-line unicorn/no-thenable -- the case is about it
        const thenable = { then: () => void calls++ };
        const request = manager.request('it', () => {
          // eslint-disable-next-line typescript/only-throw-error -- the case is about it
          throw thenable;
        });
        await expect(request.then(undefined, (error: unknown) => Promise.reject({ error }))).rejects.toEqual({
          error: thenable,
        });
        expect(calls).toBe(0);
      });
    });

    describe('held', () => {
      it('"lock is held until callback\'s returned promise resolves", "rejects"', async () => {
        const { open, opened } = gate();
        const order: string[] = [];
        const first = manager.request('it', () => opened.then(() => order.push('first')));
        const second = manager.request('it', () => {
          order.push('second');
          throw new Error('mine');
        });
        const third = manager.request('it', () => order.push('third'));
        await untilPending(2);
        open();
        await expect(second).rejects.toThrow('mine');
        await Promise.all([first, third]);
        expect(order).toEqual(['first', 'second', 'third']);
      });

      it('"held lock prevents the same client from acquiring it"', async () => {
        const inner = manager.request('it', () =>
          manager.request('it', { ifAvailable: true }, (lock) => lock),
        );
        expect(await inner).toBeNull();
      });
    });

    describe('ifAvailable', () => {
      it('"lock available", "unrelated lock held", "lock not available", and what its callback gives or throws', async () => {
        const held = await hold('it');
        const ask = (name: string, work: (lock: WebLock | null) => unknown) =>
          manager.request(name, { ifAvailable: true }, work);
        expect(await ask('other', (lock) => lock?.name)).toBe('other');
        expect(await ask('it', (lock) => [lock])).toEqual([null]);
        const error = new Error('mine');
        const throwing = () => {
          throw error;
        };
        await expect(ask('it', throwing)).rejects.toBe(error);
        await expect(ask('it', async () => throwing())).rejects.toBe(error);
        await held.release();
        expect(await ask('it', (lock) => lock?.name)).toBe('it');
      });

      it('"Shared lock request - shared lock held", "Exclusive - shared", "Shared - exclusive"', async () => {
        const ask = (mode: 'shared' | 'exclusive') =>
          manager.request('it', { mode, ifAvailable: true }, (lock) => lock?.mode);
        const shared = await hold('it', { mode: 'shared' });
        expect([await ask('shared'), await ask('exclusive')]).toEqual(['shared', undefined]);
        await shared.release();
        const exclusive = await hold('it');
        expect(await ask('shared')).toBeUndefined();
        await exclusive.release();
      });

      it('"Locks are available once previous release is processed"', async () => {
        for (let round = 0; round < 20; round++) {
          await manager.request('it', () => undefined);
          expect(await manager.request('it', { ifAvailable: true }, (lock) => lock?.name)).toBe('it');
        }
      });
    });

    describe('mode', () => {
      it('exclusive "Lock requests are granted in order", "Requests for distinct resources can be granted"', async () => {
        const held = await hold('a');
        const order: number[] = [];
        const requests = [1, 2, 3].map((index) => manager.request('a', () => order.push(index)));
        await manager.request('b', () => order.push(0));
        await held.release();
        await Promise.all(requests);
        expect(order).toEqual([0, 1, 2, 3]);
      });

      it('exclusive "Lock requests are granted in order", over three processes', async () => {
        const held = await hold('it');
        const clients = await Promise.all([startClient(manager), startClient(manager)]);
        const requests = [];
        for (let turn = 0; turn < 4; turn++) {
          requests.push(clients[turn % 2]?.request('it'));
          await untilPending(turn + 1);
        }
        await held.release();
        for (const [index, request] of requests.entries()) {
          await request?.granted();
          expect((await manager.query()).pending).toHaveLength(3 - index);
          request?.release();
          await request?.ended();
        }
      });

      it('mixed "Releasing exclusive lock grants multiple shared locks"', async () => {
        const exclusive = await hold('it');
        const { open, opened } = gate();
        const shared = Array.from({ length: 5 }, () =>
          manager.request('it', { mode: 'shared' }, () => opened),
        );
        await untilPending(5);
        await exclusive.release();
        expect((await manager.query()).held).toHaveLength(5);
        open();
        await Promise.all(shared);
      });

      it('mixed "An exclusive lock between shared locks"', async () => {
        const first = await hold('it', { mode: 'shared' });
        const order: string[] = [];
        const exclusive = manager.request('it', () => order.push('exclusive'));
        const later = manager.request('it', { mode: 'shared' }, () => order.push('shared'));
        await untilPending(2);
        await first.release();
        await Promise.all([exclusive, later]);
        expect(order).toEqual(['exclusive', 'shared']);
      });
    });

    describe('query', () => {
      it('"reports pending and held locks", "held shared locks with appropriate count", one clientId a context', async () => {
        const first = await hold('a', { mode: 'shared' });
        const second = await hold('a', { mode: 'shared' });
        const waiting = manager.request('a', () => 0);
        await untilPending(1);
        const clientId = expect.any(String);
        const { held, pending } = await manager.query();
        expect(held).toEqual([
          { name: 'a', mode: 'shared', clientId },
          { name: 'a', mode: 'shared', clientId },
        ]);
        expect(pending).toEqual([{ name: 'a', mode: 'exclusive', clientId }]);
        expect(new Set([...held, ...pending].map((info) => info.clientId)).size).toBe(1);
        await Promise.all([first.release(), second.release(), waiting]);
      });

      it('"reports different ids for held locks from different contexts" (Node: of the calling thread only)', async () => {
        const held = await hold('a');
        const client = await startClient(manager);
        await client.request('b').granted();
        const { held: all } = await manager.query();
        expect(all.map(({ name }) => name)).toEqual(['a', 'b']);
        expect(new Set(all.map(({ clientId }) => clientId)).size).toBe(2);
        await held.release();
        await client.kill();
      });

      it('"query() can observe a deadlock" (Node: not over threads)', async () => {
        const a = await hold('a');
        const client = await startClient(manager);
        const b = client.request('b');
        await b.granted();
        const toA = client.request('a');
        const toB = manager.request('b', () => 0);
        await untilPending(2);
        const { held, pending } = await manager.query();
        const holderOf = new Map(held.map(({ name, clientId }) => [name, clientId]));
        for (const { name, clientId } of pending) expect(holderOf.get(name)).not.toBe(clientId);
        b.release();
        await Promise.all([toB, a.release(), toA.granted()]);
        await client.kill();
      });
    });

    describe('resource-names', () => {
      it('DOMStrings are kept as they are, also those that are not valid UTF-16, and told apart', async () => {
        const names = ['', 'abc\0def', '\uD800', '\uDC00', '\uDC00\uD800', '\uFFFF', '\uFFFD'];
        const held = await Promise.all(names.map((name) => hold(name)));
        expect(held.map(({ lock }) => lock?.name)).toEqual(names);
        expect((await manager.query()).held.map(({ name }) => name)).toEqual(names);
        await Promise.all(held.map((one) => one.release()));
      });

      it('"Names cannot start with -"', async () => {
        for (const name of ['-', '-foo']) {
          await expect(manager.request(name, () => 0)).rejects.toThrow(named('NotSupportedError'));
        }
        expect(await manager.request('x-anything', (lock) => lock.name)).toBe('x-anything');
      });
    });

    describe('signal', () => {
      const isAbort = named('AbortError');

      it('"The signal option must be an AbortSignal"', async () => {
        for (const signal of ['string', 12.34, false, {}, Symbol('it'), () => undefined, globalThis]) {
          const options = { signal: signal as unknown as AbortSignal };
          await expect(manager.request('it', options, () => 0)).rejects.toThrow(TypeError);
        }
      });

      it('"Passing an already aborted signal aborts", with the custom or the default reason', async () => {
        let calls = 0;
        const reason = { my: 'reason' };
        const ask = (signal: AbortSignal) => manager.request('it', { signal }, () => calls++);
        await expect(ask(AbortSignal.abort(reason))).rejects.toBe(reason);
        await expect(ask(AbortSignal.abort())).rejects.toThrow(isAbort);
        expect(calls).toBe(0);
      });

      it('"An aborted request results in AbortError", and leaves the queue', async () => {
        const held = await hold('it');
        const controller = new AbortController();
        const request = manager.request('it', { signal: controller.signal }, () => 0);
        const failed = failureOf(request);
        await untilPending(1);
        controller.abort();
        expect(await failed).toEqual(isAbort);
        expect((await manager.query()).pending).toEqual([]);
        await held.release();
      });

      it('"Synchronously signaled abort": although it could be had; the next request is not blocked', async () => {
        const controller = new AbortController();
        const request = manager.request('it', { signal: controller.signal }, () => 0);
        controller.abort();
        await expect(request).rejects.toThrow(isAbort);
        expect(await manager.request('it', { ifAvailable: true }, (lock) => lock?.name)).toBe('it');
      });

      it('"Abort signaled after lock granted", "after lock released": no effect', async () => {
        const controller = new AbortController();
        const value = await manager.request('it', { signal: controller.signal }, async () => {
          controller.abort();
          await nextTurn();
          return 'value';
        });
        expect(value).toBe('value');
        controller.abort();
      });

      it('"Abort should process the next pending lock request" (Node: a shared one behind it hangs)', async () => {
        const shared = await hold('it', { mode: 'shared' });
        const controller = new AbortController();
        const exclusive = manager.request('it', { signal: controller.signal }, () => 0);
        const failed = failureOf(exclusive);
        const behind = manager.request('it', { mode: 'shared' }, (lock) => lock?.mode);
        await untilPending(2);
        controller.abort();
        expect(await failed).toEqual(isAbort);
        expect(await behind).toBe('shared');
        await shared.release();
      });
    });

    describe('steal', () => {
      it('"Lock available", "Lock not available", "Broken lock\'s release promise rejects", "Last caller wins"', async () => {
        const first = await hold('it', { steal: true });
        const second = await hold('it', { steal: true });
        await expect(first.ended).rejects.toThrow(named('AbortError'));
        const third = await hold('it', { steal: true });
        await expect(second.ended).rejects.toThrow(named('AbortError'));
        await third.release();
        expect(await manager.query()).toEqual({ held: [], pending: [] });
      });

      it('"Requested lock\'s release promise is deferred": before those that wait', async () => {
        const first = await hold('it');
        const order: string[] = [];
        const waiting = manager.request('it', () => order.push('waited'));
        await untilPending(1);
        const thief = await hold('it', { steal: true });
        order.push('stolen');
        await expect(first.ended).rejects.toThrow(named('AbortError'));
        await thief.release();
        await waiting;
        expect(order).toEqual(['stolen', 'waited']);
      });

      it('from another process, whose request is rejected and which goes on (Node: aborts the process)', async () => {
        const client = await startClient(manager);
        const theirs = client.request('it');
        await theirs.granted();
        const thief = await hold('it', { steal: true });
        expect((await theirs.failed())[1]).toBe('AbortError');
        const again = client.request('it');
        await untilPending(1);
        await thief.release();
        await again.granted();
        await client.kill();
      });
    });

    describe('workers and frames, as processes', () => {
      it('"Window and Worker - shared mode", "exclusive mode"', async () => {
        const client = await startClient(manager);
        const shared = client.request('a', { mode: 'shared' });
        await shared.granted();
        expect(await manager.request('a', { mode: 'shared' }, (lock) => lock?.mode)).toBe('shared');
        const exclusive = client.request('b');
        await exclusive.granted();
        const ours = manager.request('b', (lock) => lock.name);
        await untilPending(1);
        exclusive.release();
        expect(await ours).toBe('b');
        await client.kill();
      });

      it('"Terminated Worker - exclusive mode", "Terminated Frame with held lock": free by death (Node: not noticed)', async () => {
        const client = await startClient(manager);
        await client.request('it').granted();
        const ours = manager.request('it', (lock) => lock.name);
        await untilPending(1);
        await client.kill();
        expect(await ours).toBe('it');
      });

      it('"Removed Frame with pending request": a dead waiter in the middle of the queue is skipped', async () => {
        const held = await hold('it');
        const client = await startClient(manager);
        client.request('it');
        await untilPending(1);
        const ours = manager.request('it', (lock) => lock.name);
        await untilPending(2);
        await client.kill();
        await held.release();
        expect(await ours).toBe('it');
      });

      it('crashtests/worker-termination: killed just after request() with others waiting, nothing is left', async () => {
        const client = await startClient(manager);
        for (const name of ['a', 'b', 'c', 'a']) client.request(name);
        await client.kill();
        await manager.request('a', () => 0);
        expect(await manager.query()).toEqual({ held: [], pending: [] });
      });
    });

    it('storage-buckets "Storage buckets have independent locks": one opened twice has one list, another its own', async () => {
      const held = await hold('it');
      const copy = await copyOf(manager);
      const other = make(temporaryFolder());
      const ask = (one: LockManager) => one.request('it', { ifAvailable: true }, (lock) => lock?.name);
      expect([await ask(copy), await ask(other)]).toEqual([undefined, 'it']);
      copy.close();
      other.close();
      await held.release();
    });

    it('non-fully-active: closed, it ends its requests and refuses others; what it held is free', async () => {
      const copy = await copyOf(manager);
      onTestFinished(() => copy.close());
      const { open, opened } = gate();
      const held = copy.request('it', () => opened);
      const waiting = copy.request('it', () => 0);
      const failed = failureOf(waiting);
      await untilPending(1);
      copy.close();
      expect(await failed).toEqual(expect.objectContaining({ code: 'ERR_LOCK_CLOSED' }));
      await expect(copy.request('it', () => 0)).rejects.toThrow(/was closed/);
      expect(await manager.request('it', { ifAvailable: true }, (lock) => lock?.name)).toBe('it');
      open();
      await held;
    });
  });

  it('`locks` is one for all processes of this user', async () => {
    const env = { ...process.env, IPC_LOCK_DIR: temporaryFolder() };
    const [one, two] = await Promise.all([startClient(undefined, env), startClient(undefined, env)]);
    const first = one.request('it');
    await first.granted();
    const second = two.request('it');
    first.release();
    expect((await second.granted())[0]).toBe('granted 1 ');
    await Promise.all([one.kill(), two.kill()]);
  });
});
