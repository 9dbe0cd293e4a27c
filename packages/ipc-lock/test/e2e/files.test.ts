/** Files that are renamed, deleted, replaced, spoilt or out of reach. */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { runProgram, temporaryFolder } from '@tooling/testkit';
import { FileLock, Lock } from 'ipc-lock';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addressOf } from '../handed-over.js';
import { program, startHolder } from '../holder-program.js';

const code = (expected: string) => expect.objectContaining({ code: expected });
const timedOut = code('ERR_LOCK_TIMEOUT');
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

  it('without FFI says so', async () => {
    const folder = temporaryFolder();
    const { stdout, exitCode } = await runProgram([program('no-ffi.mjs'), folder], {
      env: { ...process.env, IPC_LOCK_NO_FFI: '1' },
    });
    expect({ stdout, exitCode }).toEqual({
      stdout: 'ERR_LOCK_UNAVAILABLE\nERR_LOCK_UNAVAILABLE\nERR_LOCK_UNAVAILABLE\n',
      exitCode: 0,
    });
  });

  it('a folder or file that others may write to is refused', async () => {
    const open = join(temporaryFolder(), 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(() => Lock.open('it', { directory: open })).toThrow(code('ERR_LOCK_FILE'));
    expect(() => new Lock({ directory: open })).toThrow(code('ERR_LOCK_FILE'));

    const directory = temporaryFolder();
    const lock = Lock.open('it', { directory });
    lock.acquireSync().release();
    const [file = ''] = readdirSync(directory);
    chmodSync(join(directory, file), 0o666);
    await expect(lock.acquire()).rejects.toThrow(code('ERR_LOCK_FILE'));
    rmSync(join(directory, file));
    writeFileSync(join(directory, 'elsewhere'), '', { mode: 0o600 });
    symlinkSync('elsewhere', join(directory, file));
    await expect(lock.acquire()).rejects.toThrow(code('ERR_LOCK_FILE'));
    lock.close();
  });

  it('names that only differ in letters no file name can show are different locks', async () => {
    const directory = temporaryFolder();
    const names = ['\uD800', '\uDC00', '\uFFFD', 'a/b', 'a_b', 'a\0b', '../a', 'A', 'a', 'x'.repeat(5000)];
    const guards = names.map((name) => Lock.open(name, { directory }).acquireSync({ timeout: 0 }));
    expect(new Set(readdirSync(directory)).size).toBe(names.length);
    for (const guard of guards) guard.release();
  });
});

describe('a record that is spoilt', () => {
  function warnings(): string[] {
    const codes: string[] = [];
    const note = (warning: Error & { code?: string }) => codes.push(warning.code ?? warning.name);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    return codes;
  }

  function withFile() {
    const directory = temporaryFolder();
    const lock = Lock.open('it', { directory });
    onTestFinished(() => lock.close());
    const { token } = lock.acquireSync();
    lock.release();
    const [file = ''] = readdirSync(directory);
    return { lock, path: join(directory, file), token };
  }

  it('of any length, with any noise: 2,000 of them are recovered, and tokens grow on', async () => {
    const { lock, path, token } = withFile();
    const codes = warnings();
    let last = token;
    for (let round = 0; round < 2000; round++) {
      const noise = Buffer.alloc((round * 7) % 400, 0);
      for (let at = 0; at < noise.length; at++) noise[at] = (Math.imul(at + 1, round + 31) >>> 3) & 255;
      const fd = openSync(path, round % 3 === 0 ? 'w' : 'r+');
      writeFileSync(fd, round % 2 === 0 ? noise : noise.subarray(0, round % 192));
      closeSync(fd);
      if (round % 5 === 0) truncateSync(path, round % 200);
      const guard = lock.acquireSync();
      expect(guard.token).toBeGreaterThan(last);
      last = guard.token;
      expect(lock.holder()).toEqual({ pid: process.pid, since: expect.any(Number) });
      guard.release();
    }
    // Warnings come a turn later: the next test is not to get ours.
    await nextTurn();
    expect(new Set(codes)).toEqual(new Set(['WARN_LOCK_RECORD']));
  });

  it('is told by a warning', async () => {
    const codes = warnings();
    const { lock, path } = withFile();
    writeFileSync(path, 'noise');
    expect(lock.holder()).toBeNull();
    lock.acquireSync().release();
    await nextTurn();
    expect(codes).toEqual(['WARN_LOCK_RECORD']);
  });

  it('of another version is refused, and left as it is', () => {
    const { lock, path } = withFile();
    const header = Buffer.alloc(192);
    header.write('ipc-lock');
    header.writeUInt32LE(9, 8);
    header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
    writeFileSync(path, header);
    expect(() => lock.acquireSync()).toThrow(code('ERR_LOCK_FILE'));
    expect(() => lock.acquireSync()).toThrow(/layout 9/);
    expect(lock.held).toBe(false);
  });

  it('under a holder: its release repairs it, and nobody else got in', async () => {
    const { lock, path } = withFile();
    warnings();
    const holder = startHolder(['at', addressOf(lock)]);
    await holder.granted();
    truncateSync(path, 0);
    await expect(lock.acquire({ timeout: 50 })).rejects.toThrow(timedOut);
    holder.tell('release');
    expect(await holder.ended).toMatchObject({ exitCode: 0 });
    (await lock.acquire()).release();
  });
});
