/** fork: a copy of a busy process, from wherever start() is called; the original never notices. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram, spawnProgram, temporaryFolder } from '@tooling/testkit';
import { Process, startMethods } from 'core-process';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../programs/fork-copy.mjs', import.meta.url));
const FLAGS = ['--single-threaded', '--v8-pool-size=1'];
const runCopying = (name: string, ...args: string[]) =>
  runProgram([...FLAGS, fileURLToPath(new URL(`../programs/${name}`, import.meta.url)), ...args]);

describe.skipIf(!startMethods().includes('forkserver'))('fork', () => {
  it('copies closures and variables, and none of what was under way', async () => {
    const socket = `${temporaryFolder()}/socket`;
    const { stdout, stderr, exitCode } = await runProgram([...FLAGS, program, socket]);
    expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
    const { main, looks, ...rest } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    for (const look of looks) {
      expect(look).toEqual({
        label: look.label,
        given: look.label,
        reason: 'returned',
        counter: 42,
        isMainProcess: false,
        pid: true,
        ppid: main,
        statIsMine: true,
        parent: main,
        children: 0,
        killed: false,
      });
    }
    expect(looks).toHaveLength(6);
    expect(rest).toEqual({
      subclass: 14,
      thrown: 'RangeError: thrown in the copy',
      never: [13, 'ERR_TARGET_NEVER_SETTLED'],
      nested: [true, 41],
      missingInCopies: [300_000, 0],
      counter: 41,
      echo: 'ping',
      socketFile: true,
      childLives: true,
    });
  });

  const ranFromEverywhere = async (name: string) => {
    const { stdout, stderr, exitCode } = await runCopying(name);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const { ends, calls } = JSON.parse(stdout);
    for (const [place, result, written] of ends) {
      expect([place, result, written]).toEqual([place, 'returned', 'done']);
    }
    // Each of the original's own was called once, in the original.
    for (const [name, count] of calls) {
      expect([name, count]).toEqual([name, name === 'unhandled rejection' ? 5 : 1]);
    }
    return { places: ends.length, calls: calls.length };
  };

  it('calls nothing in a copy that its original had still to call', async () => {
    expect(await ranFromEverywhere('fork-pending.mjs')).toEqual({ places: 18, calls: 64 });
  });

  it('goes on with nothing in a copy that stands below, in libuv, V8 or Node', async () => {
    expect(await ranFromEverywhere('fork-from-native.mjs')).toEqual({ places: 12, calls: 40 });
  });

  it('lets the copy use what Node keeps for all: TLS, HTTP/2, the date of HTTP', async () => {
    const { stdout, stderr, exitCode } = await runCopying('fork-servers.mjs');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const works = { tls: 'echo', http2: 'answer', agent: 'OK', dateMoves: true };
    expect(JSON.parse(stdout)).toEqual({
      ...Object.fromEntries(['tls', 'tls that has written', 'http2', 'http'].map((place) => [place, works])),
      original: works,
    });
  });

  it('is refused in a handler of `exit`, where a copy would end as well', async () => {
    const { stdout, exitCode } = await runCopying('fork-at-exit.mjs');
    expect({ stdout, exitCode }).toEqual({ stdout: 'began\nERR_START_METHOD_UNAVAILABLE\n', exitCode: 0 });
  });

  it('works beside `node:domain`, and is refused under options that forbid it', async () => {
    const program = fileURLToPath(new URL('../programs/fork-once.mjs', import.meta.url));
    const runWith = async (...flags: string[]) => {
      const { stdout } = await runProgram([...FLAGS, '--no-warnings', ...flags, program]);
      return stdout;
    };
    expect(await runWith()).toBe('0 true\n');
    // Which has a thread of its own for a moment, from Node 22 on.
    expect(await runWith('--import', 'node:tls')).toBe('0 true\n');
    // Its error is its own, and not for the domain of its original.
    expect(await runWith('--import', 'node:domain')).toBe('1 true\n');
    expect(await runWith('--frozen-intrinsics')).toMatch(/ERR_START_METHOD_UNAVAILABLE.*frozen Math/);
    expect(await runWith('--abort-on-uncaught-exception')).toMatch(/ERR_START_METHOD_UNAVAILABLE.*abort/);
  });

  it('is refused where the copy could not leave its original', async () => {
    const { stdout, stderr, exitCode } = await runCopying('fork-refused.mjs', `${temporaryFolder()}/file`);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toEqual({
      'in a listener of a file watcher': 'ERR_START_METHOD_UNAVAILABLE',
      'behind a promise that it has settled': 'ERR_START_METHOD_UNAVAILABLE',
      later: true,
      'at the end of the stack': 'RangeError',
    });
  });

  it('ends a copy that can not be put right, even if it can not say so', async () => {
    const full = openSync('/dev/full', 'w');
    const running = spawnProgram(
      [...FLAGS, fileURLToPath(new URL('../programs/fork-not-right.mjs', import.meta.url))],
      { stdio: ['ignore', 'pipe', full] },
    );
    closeSync(full);
    const { stdout, exitCode } = await running.ended;
    expect({ stdout, exitCode }).toEqual({ stdout: '1\n', exitCode: 0 });
  });

  it('leaves to its original what Node tells of errors, and its channel to its parent', async () => {
    const running = spawnProgram(
      [...FLAGS, fileURLToPath(new URL('../programs/fork-with-channel.mjs', import.meta.url))],
      { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    const { stdout, exitCode } = await running.ended;
    expect({ stdout, exitCode }).toEqual({ stdout: '1 [false,"undefined"]\n', exitCode: 0 });
  });

  it('tells a copy of no event of its original, and takes it no input', async () => {
    const running = spawnProgram(
      [...FLAGS, fileURLToPath(new URL('../programs/fork-events.mjs', import.meta.url)), temporaryFolder()],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    const { stdin } = running.child;
    stdin?.write('first\n');
    await running.line(/forked/);
    stdin?.write('second\n');
    await running.line(/asks/);
    stdin?.write('third\n');
    const { stdout, stderr, exitCode } = await running.ended;
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const { ends, calls, ...original } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    expect(ends).toEqual([
      ['socket that closes', 'nothing', ''],
      ['child that has ended', 'nothing', ''],
      ['watchers', 'nothing', ''],
      ['standard input that is read', 'nothing', ''],
      ['standard input that the copy asks for', 'third\n', ''],
    ]);
    // The original is as it was.
    expect(original).toEqual({ fifoBytes: 20, sleeperLives: true, text: 'first\nsecond\n' });
    expect(calls.toSorted()).toEqual([
      'change of a file that is looked at',
      'change of a file that is watched',
      'close of a socket',
      'close of its other side',
      'end of a child\u2019s output',
      'exit of a child',
    ]);
  });

  it('lets a copy read on in a file that is standard input: what one has read the other has not', async () => {
    const path = `${temporaryFolder()}/input`;
    writeFileSync(path, 'x'.repeat(1_000_000));
    const input = openSync(path, 'r');
    const running = spawnProgram(
      [...FLAGS, fileURLToPath(new URL('../programs/fork-stdin.mjs', import.meta.url))],
      { stdio: [input, 'pipe', 'pipe'] },
    );
    closeSync(input);
    const { stdout, stderr, exitCode } = await running.ended;
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [here, there] = JSON.parse(stdout);
    expect(Math.min(here, there)).toBeGreaterThan(0);
    expect(here + there).toBe(1_000_000);
  });

  it('shares pipes and queues with its copies, and has pools of them', async () => {
    const { stdout, stderr, exitCode } = await runCopying('fork-messages.mjs', `${temporaryFolder()}/once`);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toEqual({
      answer: [42, true],
      squares: [1, 4, 9, 16, 25, 36, 49, 64, 81, 100],
      passedOn: ['from the grandchild', 'from the child'],
      mapped: [1, 4, 9, 16],
      afterDeath: 'second attempt',
      ended: Array.from({ length: 6 }, () => 'returned'),
    });
  });

  it('can be made in the middle of what the process sends and waits for: none of that counts in the copy', async () => {
    const { stdout, stderr, exitCode } = await runCopying('fork-pool.mjs');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toEqual({
      squares: [1, 4, 9, 16],
      isSame: true,
      workers: 2,
      death: 'ERR_WORKER_DIED',
      trips: 600,
      exitCodes: [0, 0, 0],
    });
  });

  it('lets copies use locks as processes of their own: they wait, die and outlive their original as such', async () => {
    const { stdout, stderr, exitCode } = await runCopying('fork-locks.mjs');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toEqual({
      count: 8000,
      heldByOriginal: ['ERR_LOCK_NOT_HELD', 'ERR_LOCK_TIMEOUT'],
      reports: [true, true, true],
    });
  });

  it('ends a copy in which a library’s hook fails; never does it go on as its original', async () => {
    const { stdout, exitCode } = await runCopying('fork-hook.mjs');
    expect({ stdout, exitCode }).toEqual({ stdout: 'ERR_PROCESS_EXITED 1\n', exitCode: 0 });
  });

  it('is refused with the flags to start Node with, where this one has threads', () => {
    expect(() => new Process({ startMethod: 'fork', target: () => 1 })).toThrow(
      expect.objectContaining({
        code: 'ERR_START_METHOD_UNAVAILABLE',
        message: expect.stringContaining('node --single-threaded --v8-pool-size=1'),
      }),
    );
  });
});
