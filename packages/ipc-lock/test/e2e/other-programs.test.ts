/** flock(1) and Python's fcntl.flock exclude us, and we them. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '@tooling/testkit';
import { FileLock } from 'ipc-lock';
import { describe, expect, it, onTestFinished } from 'vitest';

const timedOut = expect.objectContaining({ code: 'ERR_LOCK_TIMEOUT' });

/** A program that locks `path`, prints `granted`, and holds it until its stdin ends. */
type Hold = (path: string, shared: boolean) => readonly [command: string, ...args: string[]];
/** A program that tries once and exits with 0 or 1. */
type Try = Hold;

const pythonLock = `
import fcntl, sys
file = open(sys.argv[1], 'a')
kind = fcntl.LOCK_SH if sys.argv[2] == 'true' else fcntl.LOCK_EX
`;
const programs: readonly [name: string, there: () => boolean, hold: Hold, attempt: Try][] = [
  [
    'flock(1)',
    () => spawnSync('flock', ['--version']).status === 0,
    (path, shared) => ['flock', shared ? '-s' : '-x', path, 'sh', '-c', 'echo granted; exec cat'],
    (path, shared) => ['flock', '-n', shared ? '-s' : '-x', path, 'true'],
  ],
  [
    'Python fcntl.flock',
    () => spawnSync('python3', ['-c', 'import fcntl']).status === 0,
    (path, shared) => [
      'python3',
      '-c',
      `${pythonLock}fcntl.flock(file, kind)\nprint('granted', flush=True)\nsys.stdin.read()`,
      path,
      String(shared),
    ],
    (path, shared) => [
      'python3',
      '-c',
      `${pythonLock}
try:
    fcntl.flock(file, kind | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(1)`,
      path,
      String(shared),
    ],
  ],
];

for (const [name, isThere, hold, attempt] of programs) {
  // A machine without the program can't say anything about it.
  describe.skipIf(!isThere())(`${name}, where it is installed`, () => {
    const tryOnce = (path: string, shared: boolean) => {
      const [command, ...args] = attempt(path, shared);
      return spawnSync(command, args).status;
    };

    async function startHolding(path: string, shared: boolean) {
      const [command, ...args] = hold(path, shared);
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(child, 'close');
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      // Whole lines: a pipe may give a line in pieces.
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      expect(line).toBe('granted');
      return { child, ended };
    }

    it('is kept out by us, and let in after', async () => {
      const path = join(temporaryFolder(), 'file');
      const lock = new FileLock(path);
      const exclusive = await lock.acquire();
      expect([tryOnce(path, false), tryOnce(path, true)]).toEqual([1, 1]);
      exclusive.release();
      expect(tryOnce(path, false)).toBe(0);
      const shared = await lock.acquire({ shared: true });
      expect([tryOnce(path, false), tryOnce(path, true)]).toEqual([1, 0]);
      shared.release();
      expect(tryOnce(path, false)).toBe(0);
    });

    it('keeps us out, and lets us in when it ends', async () => {
      const path = join(temporaryFolder(), 'file');
      const holder = await startHolding(path, false);
      const lock = new FileLock(path);
      await expect(lock.acquire({ timeout: 50 })).rejects.toThrow(timedOut);
      expect(() => lock.acquireSync({ shared: true, timeout: 0 })).toThrow(timedOut);
      const waiting = lock.acquire();
      holder.child.stdin.end();
      (await waiting).release();
      await holder.ended;
    });

    it('shares with us', async () => {
      const path = join(temporaryFolder(), 'file');
      const holder = await startHolding(path, true);
      const lock = new FileLock(path);
      (await lock.acquire({ shared: true })).release();
      await expect(lock.acquire({ timeout: 0 })).rejects.toThrow(timedOut);
      holder.child.kill('SIGKILL');
      holder.child.stdin.end();
      (await lock.acquire()).release();
      await holder.ended;
    });
  });
}

it('a file of others is neither changed nor removed, and ours is private', async () => {
  const folder = temporaryFolder();
  const theirs = join(folder, 'theirs');
  writeFileSync(theirs, 'content', { mode: 0o644 });
  const before = statSync(theirs);
  await new FileLock(theirs).runExclusive(() => undefined);
  const after = statSync(theirs);
  expect([after.ino, after.size, after.mode, after.mtimeMs]).toEqual([
    before.ino,
    before.size,
    before.mode,
    before.mtimeMs,
  ]);
  const ours = join(folder, 'ours');
  new FileLock(ours).acquireSync().release();
  expect(statSync(ours)).toMatchObject({ size: 0 });
  expect(statSync(ours).mode & 0o777).toBe(0o600);
});
