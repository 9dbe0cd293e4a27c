/** Files that are renamed, deleted, replaced, spoilt or out of reach. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { runProgram, temporaryFolder } from '@tooling/testkit';
import { FileLock, Lock, Semaphore } from 'ipc-lock';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeBackEnds } from '../back-ends.js';
import { addressOf } from '../handed-over.js';
import { program, startHolder } from '../holder-program.js';

const code = (expected: string) => expect.objectContaining({ code: expected });
const timedOut = code('ERR_LOCK_TIMEOUT');
/** Where in a file of ours the content begins. */
const CONTENT_AT = 65_536;
/** Bytes of what all clients share. */
const SHARED_SIZE = 256;
const nextTurn = () => new Promise(setImmediate);

describe('a file that is taken away under a wait', () => {
  const ways: [string, (path: string) => void][] = [
    ['deleted', (path) => unlinkSync(path)],
    ['renamed', (path) => renameSync(path, `${path}.old`)],
    [
      'replaced',
      (path) => {
        writeFileSync(`${path}.new`, '');
        renameSync(`${path}.new`, path);
      },
    ],
  ];
  it.each(ways)('%s: the lock that is had is on the file that is there', async (_, takeAway) => {
    const path = join(temporaryFolder(), 'file');
    const holder = startHolder(['file', path]);
    await holder.granted();
    const lock = new FileLock(path);
    const waiting = lock.acquire();
    // The wait has the old file open by now: it opens it before it first gives up its turn.
    await nextTurn();
    takeAway(path);
    holder.tell('release');
    const guard = await waiting;
    // Another process sees the file that is there, and is kept out.
    const other = startHolder(['file', path]);
    await other.line(/^asking$/);
    expect(() => new FileLock(path).acquireSync({ timeout: 0 })).toThrow(timedOut);
    guard.release();
    await other.granted();
    await expect(lock.acquire({ timeout: 0 })).rejects.toThrow(timedOut);
    other.tell('release');
    await other.ended;
  });

  it('two paths to one file are one lock', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    writeFileSync(path, '');
    symlinkSync(path, join(folder, 'link'));
    using guard = await new FileLock(path).acquire();
    const other = new FileLock(join(folder, 'link'));
    expect(() => other.acquireSync()).toThrow(code('ERR_LOCK_WOULD_DEADLOCK'));
    expect(guard.held).toBe(true);
  });
});

describe('a file that can not be had', () => {
  it('names the cause: no folder, a part that is no folder', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'plain'), '');
    await expect(new FileLock(join(folder, 'not/there')).acquire()).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_LOCK_FILE',
        path: join(folder, 'not/there'),
        cause: code('ENOENT'),
      }),
    );
    expect(() => new FileLock(join(folder, 'plain/part')).acquireSync()).toThrow(
      expect.objectContaining({ code: 'ERR_LOCK_FILE', cause: code('ENOTDIR') }),
    );
  });

  it('refuses what is no path', () => {
    for (const path of ['', 'a\0b', undefined, 5, new URL('file:///a%00b')]) {
      expect(() => new FileLock(path as string)).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    }
    expect(() => new FileLock(new URL('https://example.org/'))).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    for (const name of ['', undefined, 5, null]) {
      expect(() => Lock.open(name as string)).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    }
    expect(() => Lock.open('it', { directory: '' })).toThrow(code('ERR_LOCK_INVALID_OPTION'));
  });

  it('EMFILE is an error with its cause, and the lock works again after it', async () => {
    const path = join(temporaryFolder(), 'file');
    const { stdout, stderr, exitCode } = await runProgram([program('no-descriptors.mjs'), path]);
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'ERR_LOCK_FILE EMFILE\nERR_LOCK_FILE EMFILE\nworks again\n',
      stderr: '',
      exitCode: 0,
    });
  });

  it('without FFI all but shared memory is there; what the other back end has made is refused, by both', async () => {
    const folder = temporaryFolder();
    const run = async (noFfi: '0' | '1') => {
      const env = { ...process.env, IPC_LOCK_NO_FFI: noFfi };
      const { stdout, exitCode } = await runProgram([program('no-ffi.mjs'), folder], { env });
      expect(exitCode).toBe(0);
      return stdout.trim().split('\n');
    };
    expect(await run('1')).toEqual(['worked', 'ERR_LOCK_TIMEOUT', 'worked', 'ERR_LOCK_UNAVAILABLE']);
    expect(await run('0')).toEqual(['worked', 'ERR_LOCK_TIMEOUT', 'ERR_LOCK_FILE', 'worked']);
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    expect(await run('0')).toEqual(['worked', 'ERR_LOCK_TIMEOUT', 'worked', 'worked']);
    expect(await run('1')).toEqual(['worked', 'ERR_LOCK_TIMEOUT', 'ERR_LOCK_FILE', 'ERR_LOCK_UNAVAILABLE']);
  });

  it('a folder or file that others may write to is refused', () => {
    const open = join(temporaryFolder(), 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(() => Lock.open('it', { directory: open })).toThrow(code('ERR_LOCK_FILE'));
    expect(() => new Lock({ directory: open })).toThrow(code('ERR_LOCK_FILE'));

    const directory = temporaryFolder();
    Lock.open('it', { directory }).close();
    const [file = ''] = readdirSync(directory);
    chmodSync(join(directory, file), 0o666);
    expect(() => Lock.open('it', { directory })).toThrow(code('ERR_LOCK_FILE'));
    chmodSync(join(directory, file), 0o600);
    renameSync(join(directory, file), join(directory, 'elsewhere'));
    symlinkSync('elsewhere', join(directory, file));
    expect(() => Lock.open('it', { directory })).toThrow(code('ERR_LOCK_FILE'));
  });

  it('names that only differ in letters no file name can show are different locks', async () => {
    const directory = temporaryFolder();
    const names = ['\uD800', '\uDC00', '\uFFFD', 'a/b', 'a_b', 'a\0b', '../a', 'A', 'a', 'x'.repeat(5000)];
    const locks = names.map((name) => Lock.open(name, { directory }));
    const guards = locks.map((lock) => lock.acquireSync({ timeout: 0 }));
    expect(guards.every((guard) => guard.held)).toBe(true);
    expect(new Set(readdirSync(directory)).size).toBe(names.length);
    for (const lock of locks) lock.close();
  });
});

describe('a lock whose file is taken away while it is open', () => {
  it.each(['deleted', 'renamed'])(
    '%s: is noticed, by those who wait and by those who only take it',
    async (way) => {
      const directory = temporaryFolder();
      const [lock, semaphore] = [Lock.open('it', { directory }), Semaphore.open('it', 1, { directory })];
      onTestFinished(() => [lock, semaphore].forEach((object) => object.close()));
      const holder = startHolder(['at', addressOf(lock)]);
      await holder.granted();
      const waiting = lock.acquire();
      for (const name of readdirSync(directory)) {
        if (way === 'deleted') unlinkSync(join(directory, name));
        else renameSync(join(directory, name), join(directory, `${name}.old`));
      }
      await expect(waiting).rejects.toThrow(/was renamed or removed while it was used/);
      expect(() => lock.acquireSync({ timeout: 1000 })).toThrow(code('ERR_LOCK_FILE'));
      holder.tell('release');
      await holder.ended;
      const again = (object: Lock | Semaphore) => () => {
        for (let round = 0; round < 2000; round++) object.acquireSync().release();
      };
      expect(again(lock)).toThrow(code('ERR_LOCK_FILE'));
      expect(again(semaphore)).toThrow(code('ERR_LOCK_FILE'));
      const anew = Lock.open('it', { directory });
      onTestFinished(() => anew.close());
      expect(again(anew)).not.toThrow();
    },
  );
});

describeBackEnds((backEnd) => {
  const full = backEnd === 'portable' ? 'ERR_LOCK_FILE ENOSPC' : 'worked';

  it.skipIf(process.getuid?.() !== 0)(
    'no space left: what is new, or needs room, says so, and all works again with room (skipped: only root can mount)',
    async () => {
      const directory = temporaryFolder();
      const script = `mount -t tmpfs -o size=256k,mode=700 tmpfs "$1" && exec "$2" "$3" "$1"`;
      const { stdout, stderr, status } = spawnSync(
        'unshare',
        ['-m', 'sh', '-c', script, 'sh', directory, process.execPath, program('full-disk.mjs')],
        { encoding: 'utf8' },
      );
      expect({ stdout, stderr, status }).toEqual({
        stdout: [
          'with room: worked',
          'another one, full: ERR_LOCK_FILE ENOSPC',
          `those that are open, full: ${full}`,
          'with room again: worked',
          'free: 2, null\n',
        ].join('\n'),
        stderr: '',
        status: 0,
      });
    },
  );
});

describe('the file of a lock that is spoilt', () => {
  function withFile() {
    const directory = temporaryFolder();
    const lock = Lock.open('it', { directory });
    onTestFinished(() => lock.close());
    const [file = ''] = readdirSync(directory);
    return { lock, directory, path: join(directory, file) };
  }

  it('noise in what it says, 2,000 times under a lock that is open: it is had, held and released each time', async () => {
    const { lock, path } = withFile();
    const fd = openSync(path, 'r+');
    onTestFinished(() => closeSync(fd));
    const guards: bigint[] = [];
    for (let round = 0; round < 2000; round++) {
      const at = (round % 64) * 4;
      const length = 1 + ((round * 7) % (SHARED_SIZE - at));
      writeSync(fd, randomBytes(length), 0, length, CONTENT_AT + at);
      const guard = round % 50 === 0 ? await lock.acquire() : lock.acquireSync();
      guards.push(guard.token);
      expect(lock.holder()).toEqual({ pid: process.pid, since: expect.any(Number) });
      guard.release();
    }
    expect(guards.every((token) => token > 0n)).toBe(true);
  });

  it('noise in its header, cut off, or of another kind: refused, and left as it is', () => {
    const { directory, path } = withFile();
    const whole = readFileSync(path);
    const again = () => {
      Lock.open('it', { directory }).close();
    };
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(whole);
      const [at = 0, value = 0] = randomBytes(2);
      bytes[at % 64] = (whole[at % 64] ?? 0) ^ (value || 1);
      // A file of its own: who maps this one must not see it shrink.
      rmSync(path);
      writeFileSync(path, round % 4 === 0 ? bytes.subarray(0, at * value) : bytes, { mode: 0o600 });
      expect(again).toThrow(code('ERR_LOCK_FILE'));
    }
    rmSync(path);
    writeFileSync(path, whole.subarray(0, CONTENT_AT + 10), { mode: 0o600 });
    expect(again).toThrow(/cut off/);
    rmSync(path);
    expect(again).not.toThrow(code('ERR_LOCK_FILE'));
  });

  it('noise in the state of one that was made without FFI, 400 times: it is had, or refused; nothing hangs', () => {
    process.env['IPC_LOCK_NO_FFI'] = '1';
    onTestFinished(() => void delete process.env['IPC_LOCK_NO_FFI']);
    const directory = temporaryFolder();
    const lock = Lock.open('it', { directory });
    onTestFinished(() => lock.close());
    const path = join(directory, readdirSync(directory)[0] ?? '', 'state');
    lock.acquireSync().release();
    const whole = readFileSync(path);
    const outcomes = new Set<string>();
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(whole);
      const at = (round * 7) % bytes.length;
      randomBytes(1 + (round % 16)).copy(bytes, at);
      writeFileSync(path, round % 10 === 0 ? bytes.subarray(0, at) : bytes);
      try {
        lock.acquireSync({ timeout: 0 }).release();
        outcomes.add('had');
      } catch (error) {
        outcomes.add((error as { code: string }).code);
      }
      writeFileSync(path, whole);
    }
    outcomes.delete('ERR_LOCK_TIMEOUT');
    expect([...outcomes].toSorted()).toEqual(['ERR_LOCK_FILE', 'had']);
    lock.acquireSync().release();
  });

  it('of another version is refused, and left as it is', () => {
    const { directory, path } = withFile();
    const header = Buffer.alloc(192);
    header.write('ipc-lock');
    header.writeUInt32LE(9, 8);
    header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
    rmSync(path);
    writeFileSync(path, header, { mode: 0o600 });
    expect(() => Lock.open('it', { directory })).toThrow(code('ERR_LOCK_FILE'));
    expect(() => Lock.open('it', { directory })).toThrow(/layout 9/);
    expect(readFileSync(path).equals(header)).toBe(true);
  });

  it('of an earlier run of the machine is nobody’s, and made anew', () => {
    const { directory, path } = withFile();
    const header = readFileSync(path).subarray(0, 64);
    header.fill(7, 16, 32);
    header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
    rmSync(path);
    writeFileSync(path, header, { mode: 0o600 });
    const lock = Lock.open('it', { directory });
    onTestFinished(() => lock.close());
    using guard = lock.acquireSync({ timeout: 0 });
    expect(guard.abandoned).toBeNull();
  });
});
