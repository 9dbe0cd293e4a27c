/** forkserver: what a copy has and has not, what it shares, and who may be killed when. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childPids, runProgram, runsNode, spawnProgram, temporaryFolder, waitFor } from '@tooling/testkit';
import { Process, processState, setForkServerPreload, startMethods, stopForkServer } from 'core-process';
import { afterEach, describe, expect, it } from 'vitest';

const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
const storm = fileURLToPath(new URL('../storm/starts.mjs', import.meta.url));
const task = (name: string) => new URL(`../programs/forkserver-tasks.mjs#${name}`, import.meta.url);
/** The process that loaded the modules is a zombie until the loop turns. */
const server = () => childPids().filter((row) => runsNode(row) && row.state !== 'Z');
const copy = <R = unknown>(name: string, options = {}) =>
  new Process<unknown[], R>({
    target: task(name) as never,
    startMethod: 'forkserver',
    stdio: 'ignore',
    ...options,
  });

afterEach(stopForkServer);

/** Living processes that carry this line in their environment, whoever has adopted them. */
function processesWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch (error) {
        // ENOENT, ESRCH: it has ended meanwhile; EACCES: another user's.
        if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
        throw error;
      }
    })
    .map(Number);
}

describe.skipIf(!startMethods().includes('forkserver'))('a copy', () => {
  it('finds the module of the first target imported, once, by the server', async () => {
    type Who = { importedBy: number; pid: number; answer: string };
    const [first, second] = [copy<Who>('whoImported').start(), copy<Who>('whoImported').start()];
    const [one, two] = [await first.result, await second.result];
    expect(one.importedBy).toBe(two.importedBy);
    expect(one.importedBy).not.toBe(one.pid);
    expect([one.pid, two.pid]).toEqual([first.pid, second.pid]);
    // What the module opened two processes can't share.
    expect([one.answer, two.answer]).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
    await Promise.all([first.join(), second.join()]);
  });

  it('draws its own random numbers and identifiers', async () => {
    const all = Array.from({ length: 8 }, () => copy<unknown[]>('draw').start());
    const drawn = (await Promise.all(all.map((child) => child.result))).flat();
    expect(new Set(drawn).size).toBe(drawn.length);
    await Promise.all(all.map((child) => child.join()));
  });

  it('writes to its own streams, though its module has written before', async () => {
    const child = copy('speak', { stdio: 'pipe' }).start();
    expect(await child.stdout?.text()).toBe('to stdout\nexit handler of the module');
    expect(await child.stderr?.text()).toBe('to stderr');
    await child.join();
  });

  it('prints an error that nobody caught, runs its exit handlers, and ends with 1', async () => {
    const child = copy('throwLater', { stdio: 'pipe' }).start();
    await child.join();
    expect(child.exit).toMatchObject({ exitCode: 1, reason: 'threw' });
    await expect(child.result).rejects.toMatchObject({ name: 'RangeError', message: 'later' });
    expect(await child.stderr?.text()).toContain('RangeError: later');
    expect(await child.stdout?.text()).toBe('exit handler of the module\nexit 1');
  });

  it('is a child of its parent in all that the kernel knows: a zombie until the loop turns', async () => {
    const child = copy('draw').start();
    expect(child.joinSync()).toBe(true);
    expect(processState(child.pid as number)).toBe('Z');
    await child.join();
    expect(processState(child.pid as number)).toBeUndefined();
  });

  it('has the environment and the directory of its start, not of the server\u2019s', async () => {
    await copy('draw').start().join();
    process.env['SET_LATER'] = 'yes';
    process.env['TAKEN_OUT'] = 'no';
    const child = new Process<unknown[], { cwd: string; env: NodeJS.ProcessEnv }>({
      target: new URL('../programs/tasks.mjs#describe', import.meta.url) as never,
      startMethod: 'forkserver',
      stdio: 'ignore',
      cwd: '/',
      env: { ADDED: 'yes', TAKEN_OUT: undefined },
    }).start();
    const { cwd, env } = await child.result;
    delete process.env['SET_LATER'];
    delete process.env['TAKEN_OUT'];
    expect(cwd).toBe('/');
    expect(env).toMatchObject({ SET_LATER: 'yes', ADDED: 'yes' });
    expect(env).not.toHaveProperty('TAKEN_OUT');
    await child.join();
  });

  it('gets arguments and gives a result of many megabytes', async () => {
    const child = new Process<unknown[], Buffer[]>({
      target: new URL('../programs/tasks.mjs#echo', import.meta.url) as never,
      args: [Buffer.alloc(32 << 20, 7)],
      startMethod: 'forkserver',
      stdio: 'ignore',
    }).start();
    expect((await child.result)[0]?.length).toBe(32 << 20);
    await child.join();
  });

  it('shares what was loaded: ten take less than a quarter of ten spawned ones', async () => {
    const shares: Record<string, number> = {};
    const pages = (200 << 20) / 4096;
    // Spawned ones share nothing of it: three of them show what ten take.
    for (const [startMethod, count] of [
      ['forkserver', 10],
      ['spawn', 3],
    ] as const) {
      const folder = temporaryFolder();
      if (startMethod === 'forkserver')
        setForkServerPreload([new URL('../programs/forkserver-tasks.mjs', import.meta.url)]);
      process.env['WITH_TABLE'] = '1';
      const all = Array.from({ length: count }, () =>
        copy<number>('readTable', { args: [folder], startMethod, stdio: 'pipe' }).start(),
      );
      delete process.env['WITH_TABLE'];
      for (const child of all) {
        const read = await lineOf(child, /^read (\d+)$/);
        expect(Number(read)).toBe(pages);
      }
      const kilobytes = all.map(({ pid }) => {
        const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
        return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1]);
      });
      shares[startMethod] = (kilobytes.reduce((sum, share) => sum + share, 0) * 10) / count;
      if (startMethod === 'forkserver') {
        const maps = readFileSync(`/proc/${server()[0]?.pid}/maps`, 'latin1');
        if (process.arch === 'x64') expect(maps).toContain('memfd:core-process');
        // Each writes into its own: those that read still have theirs.
        const writers = [2, 3].map((value) => copy<number>('writeTable', { args: [value] }).start());
        expect(await Promise.all(writers.map((child) => child.result))).toEqual(
          [2, 3].map((value) => value * pages),
        );
        await Promise.all(writers.map((child) => child.join()));
      }
      writeFileSync(`${folder}/go`, '');
      for (const child of all) expect(await child.result).toBe(pages);
      await Promise.all(all.map((child) => child.join()));
      if (startMethod === 'forkserver') await stopForkServer();
    }
    const { forkserver = NaN, spawn = NaN } = shares;
    console.log(`PSS of ten: forkserver ${forkserver >> 10} MB, spawn ${spawn >> 10} MB`);
    expect(forkserver).toBeLessThan(spawn / 4);
  });
});

async function lineOf(child: Process, pattern: RegExp): Promise<string> {
  for await (const line of child.stdout ?? []) {
    const match = line.match(pattern);
    if (match !== null) return match[1] as string;
  }
  throw new Error(`It ended before it wrote ${pattern}.`);
}

describe.skipIf(!startMethods().includes('forkserver'))('the server', () => {
  it('has one thread, ends with stopForkServer(), and its copies live on', async () => {
    const child = copy('forever', {
      target: new URL('../programs/tasks.mjs#forever', import.meta.url),
    }).start();
    const [template] = server().filter((row) => row.pid !== child.pid);
    expect(readdirSync(`/proc/${template?.pid}/task`)).toHaveLength(1);
    await stopForkServer();
    expect(processState(template?.pid as number)).toBeUndefined();
    expect(child.isAlive()).toBe(true);
    child.kill();
    await child.join();
    expect(child.signalCode).toBe('SIGKILL');
  });

  it('that was killed is started anew; the status of its copies is the kernel\u2019s all the same', async () => {
    const child = copy('forever', {
      target: new URL('../programs/tasks.mjs#forever', import.meta.url),
    }).start();
    for (let round = 0; round < 3; round++) {
      const [template] = server().filter((row) => row.pid !== child.pid);
      process.kill(template?.pid as number, 'SIGKILL');
      const next = copy('draw').start();
      await next.join();
      expect(next.exit?.reason).toBe('returned');
      await waitFor(
        'the killed server to be reaped',
        () => processState(template?.pid as number) === undefined,
      );
    }
    child.terminate();
    await child.join();
    expect(child.exit).toMatchObject({ signal: 'SIGTERM', reason: 'signaled' });
  });

  it('killed at any moment, as are copies: every process that was started is accounted for', async () => {
    const killer = spawnProgram([program('kill-children.mjs'), String(process.pid), '500']);
    const kills: string[] = [];
    killer.child.stdout?.on('data', (text: Buffer) => kills.push(...String(text).trim().split('\n')));
    const exits = [];
    while (kills.length < 8) {
      const child = copy('draw').start();
      await child.join();
      exits.push(child.exit);
    }
    killer.child.kill('SIGTERM');
    await killer.ended;
    const hit = exits.filter((exit) => exit?.signal === 'SIGKILL').length;
    expect(exits.filter((exit) => exit?.reason !== 'returned' && exit?.signal !== 'SIGKILL')).toEqual([]);
    console.log(`${kills.length} kills, by which ${hit} of ${exits.length} processes were hit`);
  });

  it.each(['daemon', 'child'])('and a %s are gone when the owner is killed, at any moment', async (kind) => {
    let worst = 0;
    for (let attempt = 0; attempt < 12; attempt++) {
      const mark = `FORKSERVER_MARK=${process.pid}-${kind}-${attempt}.`;
      const parent = spawnProgram([program('forkserver-tasks.mjs'), kind], {
        env: { ...process.env, FORKSERVER_MARK: mark.slice('FORKSERVER_MARK='.length) },
      });
      await parent.line(/^parent$/);
      // From the start of the server to a living child: some 200 ms.
      await sleep(attempt * 29);
      parent.child.kill('SIGKILL');
      const died = performance.now();
      await waitFor('nothing of it to be left', () => processesWith(mark).length === 0);
      worst = Math.max(worst, performance.now() - died);
      expect((await parent.ended).signal).toBe('SIGKILL');
    }
    console.log(`owner killed 12 times, ${kind}: nothing was left after ${worst.toFixed(0)} ms at most`);
  });

  it('that can\u2019t be copied gives way to spawn, with one warning that says why', async () => {
    const { stdout, stderr, exitCode } = await runProgram([program('forkserver-unfit.mjs')]);
    expect({ stdout, exitCode }).toEqual({ stdout: 'spawn returned\nspawn returned\n', exitCode: 0 });
    expect(stderr.match(/CORE_PROCESS_FORKSERVER_FALLBACK/g)).toHaveLength(1);
    expect(stderr).toContain('worker thread');
  });

  it('whose first copy fails gives way to spawn, with a warning that has the error of the copy', async () => {
    const { stdout, stderr, exitCode } = await runProgram([program('forkserver-broken.mjs')]);
    expect({ stdout, exitCode }).toEqual({ stdout: 'spawn returned\n', exitCode: 0 });
    expect(stderr).toContain('the first copy ended with 1: TypeError: no files here.');
    expect(stderr.match(/CORE_PROCESS_FORKSERVER_FALLBACK/g)).toHaveLength(1);
  });

  it('whose first copy writes much is used all the same', async () => {
    const { stdout, stderr, exitCode } = await runProgram([program('forkserver-broken.mjs')], {
      env: { WORKS: '1' },
    });
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'forkserver returned\n',
      stderr: '',
      exitCode: 0,
    });
  });

  it.each([1, 20, 60])(
    'whose module ends it, after %d ms, gives way to spawn, which does what the module says',
    async (milliseconds) => {
      const { stdout, stderr, exitCode } = await runProgram([
        program('forkserver-ended.mjs'),
        String(milliseconds),
      ]);
      expect({ stdout, exitCode }).toEqual({ stdout: 'exited 3\n', exitCode: 0 });
      expect(stderr.match(/CORE_PROCESS_FORKSERVER_FALLBACK/g)).toHaveLength(1);
    },
  );

  it('auto is forkserver where it works, else spawn; for pools too', async () => {
    for (const [env, expected] of [
      [{}, 'forkserver'],
      [{ CORE_PROCESS_NO_FFI: '1' }, 'spawn'],
    ] as const) {
      const { stdout } = await runProgram([program('auto.mjs')], { env: { ...process.env, ...env } });
      expect(stdout).toBe(`${expected} ${expected}\n`);
    }
  });
});

it('killed at a step of a start: the server, its owner, or the copy; of all cases a few', async () => {
  const { stdout, exitCode } = await runProgram([storm, '--share', '9']);
  console.log(stdout.trim());
  expect({ stdout, exitCode }).toMatchObject({ exitCode: 0 });
});

it('a short soak: every kind of work, on copies, and nothing is left behind', async () => {
  const { stdout, exitCode } = await runProgram([program('soak.mjs'), '--starts', '160', '--load', '1']);
  const { busy, ...report } = JSON.parse(stdout);
  expect({ ...report, exitCode }).toMatchObject({
    exitCode: 0,
    starts: 160,
    wrong: [],
    leaks: [],
    warnings: [],
    left: 0,
  });
  expect(busy).toEqual([expect.objectContaining({ rounds: expect.any(Number) }), expect.anything()]);
});
