/** Processes that wait for each other (issue 3, "Wait-for graph"). */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { spawnProgram, temporaryFolder } from '@tooling/testkit';
import { Lock } from 'ipc-lock';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { describeBackEnds } from '../back-ends.js';
import { program } from '../holder-program.js';

const deadlock = (holders: readonly unknown[]) =>
  expect.objectContaining({ code: 'ERR_LOCK_DEADLOCK', holders });

let directory: string;

beforeEach(() => {
  directory = temporaryFolder();
  process.env['IPC_LOCK_DIR'] = directory;
  onTestFinished(() => {
    delete process.env['IPC_LOCK_DIR'];
    if (existsSync(join(directory, 'waits'))) throw new Error('What was written down is left.');
  });
});

/** Another process that has the first, and will ask for the second. */
async function startLocker(first: string, second: string, how: string) {
  const running = spawnProgram([program('lock-both.mjs'), directory, first, second, how], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await running.line(/^has the first$/);
  return { ...running, goOn: () => running.child.stdin?.write('\n') };
}

describeBackEnds(() => {
  it.each([
    ['async', 'async'],
    ['sync', 'sync'],
    ['sync', 'async'],
    ['inside', 'inside'],
  ])(
    'two that lock two locks in opposite order, %s and %s: one is told, with both named, and the other has both',
    async (...hows) => {
      const [one, two] = await Promise.all([startLocker('a', 'b', hows[0]), startLocker('b', 'a', hows[1])]);
      one.goOn();
      two.goOn();
      const outputs = (await Promise.all([one.ended, two.ended])).map(({ stdout }) => stdout.split('\n')[1]);
      const told = outputs.findIndex((line) => line?.startsWith('ERR_LOCK_DEADLOCK'));
      expect(outputs[1 - told]).toBe('had both');
      const parties = [
        { pid: one.pid, holds: 'The lock "a"', waitsFor: 'The lock "b"' },
        { pid: two.pid, holds: 'The lock "b"', waitsFor: 'The lock "a"' },
      ];
      const holders = told === 0 ? parties : parties.toReversed();
      expect(outputs[told]).toBe(`ERR_LOCK_DEADLOCK ${JSON.stringify(holders)}`);
    },
  );

  it('three in a ring: one is told, and all end', async () => {
    const ring = await Promise.all([
      startLocker('a', 'b', 'async'),
      startLocker('b', 'c', 'sync'),
      startLocker('c', 'a', 'inside'),
    ]);
    for (const locker of ring) locker.goOn();
    const outputs = (await Promise.all(ring.map(({ ended }) => ended))).map(({ stdout }) => stdout);
    expect(outputs.filter((text) => text.includes('had both'))).toHaveLength(2);
    const told = outputs.find((text) => text.includes('ERR_LOCK_DEADLOCK')) ?? '';
    for (const { pid } of ring) expect(told).toContain(`"pid":${pid}`);
  });

  it('two tasks of one process are told too', async () => {
    const [a, b] = ['a', 'b'].map((name) => Lock.open(name, { directory, detectDeadlock: true })) as [
      Lock,
      Lock,
    ];
    onTestFinished(() => [a, b].forEach((lock) => lock.close()));
    const both = (first: Lock, second: Lock) =>
      first.runExclusive(async () => {
        await new Promise(setImmediate);
        await second.runExclusive(() => undefined);
      });
    const results = await Promise.allSettled([both(a, b), both(b, a)]);
    const { pid } = process;
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))).toEqual([
      deadlock([expect.objectContaining({ pid }), expect.objectContaining({ pid })]),
    ]);
  });

  it('a long wait for one who waits for nothing is no deadlock, nor is a dead waiter part of one', async () => {
    const b = Lock.open('b', { directory, detectDeadlock: true });
    onTestFinished(() => b.close());
    const guard = await b.acquire();
    const other = await startLocker('a', 'b', 'async');
    other.goOn();
    const a = Lock.open('a', { directory });
    onTestFinished(() => a.close());
    // Not asked to detect: it waits, though it is one.
    await expect(a.acquire({ timeout: 150, detectDeadlock: false })).rejects.toThrow(/not free within/);
    expect(readdirSync(join(directory, 'waits'))).toHaveLength(1);
    other.child.kill('SIGKILL');
    await other.ended;
    const second = await a.acquire({ detectDeadlock: true });
    expect(second.abandoned).toMatchObject({ pid: other.pid });
    second.release();
    guard.release();
    // What the dead had written down is removed by whoever reads next.
    const holder = await startLocker('a', 'b', 'async');
    const waiting = a.acquire({ detectDeadlock: true });
    await expect(a.acquire({ timeout: 100, detectDeadlock: true })).rejects.toThrow(/not free within/);
    holder.goOn();
    (await waiting).release();
    await holder.ended;
  });
});
