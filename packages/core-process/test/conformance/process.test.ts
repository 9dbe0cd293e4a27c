/**
 * CPython's _TestProcess, _TestSubclassingProcess, _TestAtExit, TestStdinBadfiledescriptor, TestCloseFds,
 * TestFlags, TestNoForkBomb, TestForkAwareThreadLock and TestBaseProcessKwargs (Lib/test/_test_multiprocessing.py),
 * for every start method. Each case names the one it follows.
 */
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram, spawnProgram, temporaryFolder, waitFor } from '@tooling/testkit';
import {
  activeChildren,
  cpuCount,
  currentProcess,
  getContext,
  parentProcess,
  processState,
  startMethods,
  stopForkServer,
} from 'core-process';
import { afterAll, describe, expect, it } from 'vitest';
import * as tasks from '../programs/tasks.mjs';

const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
const task = (name: string) => new URL(`../programs/tasks.mjs#${name}`, import.meta.url);
const withoutInode = (descriptor: string) => descriptor.replace(/\d+\]$/, ']');

// vitest and Node each have an instance of the package, and each instance its server.
afterAll(() => Promise.all([stopForkServer(), tasks.stopForkServer()]));

describe.each(startMethods())('start method %s', (method) => {
  const { Process } = getContext(method);
  /** Of a program that is to start processes by this method. */
  const nodeFlags = method === 'fork' ? ['--single-threaded', '--v8-pool-size=1'] : [];

  async function ended<R = unknown>(target: string, args: unknown[] = [], options = {}) {
    const child = new Process<unknown[], R>({
      target: task(target),
      args,
      stdio: 'pipe',
      ...options,
    }).start();
    await child.join();
    return child;
  }

  describe('_TestProcess', () => {
    it('test_current: the main process knows itself', () => {
      expect(currentProcess()).toMatchObject({
        pid: process.pid,
        name: 'MainProcess',
        daemon: false,
        exitCode: null,
      });
      expect(currentProcess().isAlive()).toBe(true);
    });

    it('test_set_executable: another executable can be named', async () => {
      const child = await ended('self', [], { execPath: process.execPath });
      expect(child.exitCode).toBe(0);
    });

    it('test_args_argument: arguments reach the child', async () => {
      const args = [
        1,
        'two',
        { three: [3n, new Date(3)] },
        new Map([['k', new Set([1])]]),
        undefined,
        null,
        Buffer.from('b'),
      ];
      const child = await ended('echo', args);
      expect(await child.result).toEqual(args);
    });

    it('test_daemon_argument: daemon is inherited, and can be said', async () => {
      expect(new Process().daemon).toBe(false);
      expect(new Process({ daemon: true }).daemon).toBe(true);
      const child = await ended('childOfChild', [], { daemon: true });
      expect(await child.result).toMatchObject({ own: { daemon: true }, child: { daemon: true } });
    });

    it('test_parent_process_attributes: a child knows its parent', async () => {
      expect(parentProcess()).toBeUndefined();
      const child = await ended('parent');
      expect(await child.result).toEqual({ pid: process.pid, name: 'MainProcess', isAlive: true });
    });

    it('test_parent_process: a grandchild is told when its parent is terminated', async () => {
      const middle = spawnProgram([program('parent-of.mjs'), JSON.stringify({ target: 'joinParent' })]);
      await middle.line(/^early false$/);
      const [, pid] = await middle.line(/^up (\d+)$/);
      expect(processState(Number(pid))).not.toBe('Z');
      middle.child.kill('SIGTERM');
      await middle.line(/^joined true$/);
      expect((await middle.ended).signal).toBe('SIGTERM');
    });

    it('test_process: before start, alive, and after join', async () => {
      const child = new Process({ target: task('self'), name: 'worker', stdio: 'pipe' });
      expect(child.isAlive()).toBe(false);
      expect(child.pid).toBeUndefined();
      expect(child.exitCode).toBeNull();
      expect(activeChildren()).not.toContain(child);
      child.start();
      // One that ends by itself may have ended by now: a copy takes a millisecond or two.
      const lasting = new Process({ target: task('forever'), stdio: 'ignore' }).start();
      expect(lasting.isAlive()).toBe(true);
      expect(activeChildren()).toContain(lasting);
      lasting.kill();
      await lasting.join();
      expect(lasting.isAlive()).toBe(false);
      expect(await child.result).toMatchObject({
        name: 'worker',
        pid: child.pid,
        ppid: process.pid,
        isMainProcess: false,
      });
      expect(await child.join()).toBe(true);
      expect(child.exit).toEqual({ exitCode: 0, signal: null, reason: 'returned', pid: child.pid });
      expect(child.exitCode).toBe(0);
      expect(child.isAlive()).toBe(false);
      expect(activeChildren()).not.toContain(child);
      expect(processState(child.pid as number)).toBeUndefined();
    });

    it('test_process_mainthread_native_id: it is another process', async () => {
      const child = await ended<{ pid: number }>('self');
      expect((await child.result).pid).not.toBe(process.pid);
    });

    it('test_interrupt, test_interrupt_no_handler: SIGINT ends it', async () => {
      const child = new Process({ target: task('forever'), stdio: 'pipe' }).start();
      child.interrupt();
      await child.join();
      expect(child.exit).toMatchObject({ exitCode: null, signal: 'SIGINT', reason: 'signaled' });
    });

    it('test_terminate: SIGTERM ends it, and again does nothing', async () => {
      const child = new Process({ target: task('forever'), stdio: 'pipe' }).start();
      expect(await child.join({ timeout: 0 })).toBe(false);
      expect(child.joinSync({ timeout: 0 })).toBe(false);
      expect(child.isAlive()).toBe(true);
      child.terminate();
      expect(await child.join()).toBe(true);
      expect(child.signalCode).toBe('SIGTERM');
      expect(child.exitCode).toBeNull();
      expect(child.isAlive()).toBe(false);
      expect(activeChildren()).not.toContain(child);
      child.terminate();
      expect(await child.join()).toBe(true);
    });

    it('test_kill: SIGKILL ends it, whatever it does', async () => {
      const child = new Process({ target: task('spin'), stdio: 'pipe' }).start();
      child.kill();
      await child.join();
      expect(child.signalCode).toBe('SIGKILL');
    });

    it('test_cpu_count: at least one', () => {
      expect(Number.isInteger(cpuCount())).toBe(true);
      expect(cpuCount()).toBeGreaterThanOrEqual(1);
    });

    it('test_active_children: a new list each time, of the living', async () => {
      expect(activeChildren()).toEqual([]);
      expect(activeChildren()).not.toBe(activeChildren());
      const child = new Process({ target: task('forever'), stdio: 'ignore' });
      expect(activeChildren()).toEqual([]);
      child.start();
      expect(activeChildren()).toEqual([child]);
      child.terminate();
      await child.join();
      expect(activeChildren()).toEqual([]);
    });

    it('test_recursion: children start children', async () => {
      const child = await ended('recurse', [2]);
      expect(await child.result).toEqual([[], [0], [0, 0], [0, 1], [1], [1, 0], [1, 1]]);
    });

    it('test_sentinel: throws before start, and is ready at the end', async () => {
      const child = new Process({ target: task('nothing') });
      expect(() => child.sentinel).toThrow(expect.objectContaining({ code: 'ERR_PROCESS_STATE' }));
      child.start();
      expect(await child.sentinel).toMatchObject({ exitCode: 0 });
    });

    it('test_close: only when ended, and then nothing else', async () => {
      const child = new Process({ target: task('forever'), stdio: 'ignore' }).start();
      const state = expect.objectContaining({ code: 'ERR_PROCESS_STATE' });
      expect(() => child.close()).toThrow(state);
      child.terminate();
      await child.join();
      child.close();
      child.close();
      expect(() => child.isAlive()).toThrow(state);
      expect(() => child.terminate()).toThrow(state);
      await expect(child.join()).rejects.toThrow(state);
    });

    // A fork in a process as large as vitest's takes half a second.
    const count = method === 'fork' ? 10 : 100;
    it(`test_many_processes: ${count} end by themselves, ${count} are terminated right after their start`, async () => {
      for (let round = 0; round < count / 5; round++) {
        const five = Array.from({ length: 5 }, () =>
          new Process({ target: task('nothing'), stdio: 'ignore' }).start(),
        );
        await Promise.all(five.map((child) => child.join()));
        expect(five.map((child) => child.exitCode)).toEqual([0, 0, 0, 0, 0]);
      }
      const all = Array.from({ length: count }, () =>
        new Process({ target: task('forever'), stdio: 'ignore' }).start(),
      );
      for (const child of all) child.terminate();
      await Promise.all(all.map((child) => child.join()));
      expect(new Set(all.map((child) => child.signalCode))).toEqual(new Set(['SIGTERM']));
      expect(all.filter((child) => processState(child.pid as number) !== undefined)).toEqual([]);
    });

    it('test_lose_target_ref: target and arguments can be collected after start', async () => {
      const { exitCode, stdout, stderr } = await runProgram([
        ...nodeFlags,
        '--expose-gc',
        program('lose-target.mjs'),
        method,
      ]);
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'collected\n', stderr: '' });
    });

    // A copy of this process has a silent socket in place of each that this one has.
    it.skipIf(method === 'fork')('test_child_fd_inflation: siblings add no descriptors', async () => {
      const descriptors = async () =>
        (await (await ended<string[]>('openDescriptors')).result).map(withoutInode);
      const alone = await descriptors();
      const siblings = Array.from({ length: 5 }, () =>
        new Process({ target: task('forever'), stdio: 'pipe' }).start(),
      );
      const among = await descriptors();
      for (const sibling of siblings) sibling.kill();
      await Promise.all(siblings.map((sibling) => sibling.join()));
      expect(among).toEqual(alone);
    });

    it('test_wait_for_threads: threads and timers are waited for', async () => {
      const child = await ended('leaveThread');
      expect(await child.stdout?.text()).toBe('timer done\nthread done');
      expect(child.exitCode).toBe(0);
    });

    it('test_error_on_stdio_flush_1: the parent has closed its output', async () => {
      const { stderr, exitCode } = await runProgram([...nodeFlags, program('closed-output.mjs'), method]);
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    });

    it('test_error_on_stdio_flush_2: the child closes its own', async () => {
      const child = await ended('closeOwnOutput');
      expect(await child.result).toBe('alive');
      expect(child.exitCode).toBe(0);
    });
  });

  describe('_TestSubclassingProcess', () => {
    it('test_subclassing: run() is overridden, fields travel', async () => {
      const child = new tasks.Counter(41, { stdio: 'ignore', startMethod: method, name: 'counter' }).start();
      expect(await child.result).toMatchObject({
        name: 'counter',
        pid: child.pid,
        daemon: false,
        alive: true,
        history: new Map([
          ['start', 41],
          ['end', 42],
        ]),
      });
      await child.join();
      expect(child.history).toEqual(new Map([['start', 41]]));
    });

    it('test_stderr_flush: the whole error is on stderr before the end', async () => {
      const child = await ended('throwTicket');
      const text = (await child.stderr?.text()) ?? '';
      expect(text).toContain('TicketError: seat 7 is taken');
      expect(text).toMatch(/at (Object\.)?throwTicket/);
      expect(text).toContain('[cause]: TypeError: no such row');
      expect(child.exit).toMatchObject({ exitCode: 1, reason: 'threw' });
    });

    // vitest has put another process.exit() in place, which copies of its process have too; e2e/fork.test.ts has this.
    it.skipIf(method === 'fork').each([0, 1, 8, 255])('test_sys_exit: process.exit(%i)', async (code) => {
      const child = await ended('exitWith', [code]);
      expect(child.exit).toMatchObject({ exitCode: code, signal: null, reason: 'exited' });
      await expect(child.result).rejects.toMatchObject({
        code: 'ERR_PROCESS_EXITED',
        exitCode: code,
        pid: child.pid,
      });
    });

    it('test_sys_exit: process.exitCode, with a result all the same', async () => {
      const child = await ended('exitCodeOf', [8]);
      expect(child.exit).toMatchObject({ exitCode: 8, reason: 'exited' });
      expect(await child.result).toBe('done');
    });

    it.each([
      ['zero', 0],
      ['undefined', undefined],
      ['null', null],
      ['text', 'text'],
      ['object', { a: 1 }],
    ])('test_sys_exit, test_swallows_falsey_exceptions: throw %s', async (kind, value) => {
      const child = await ended('throwValue', [kind]);
      expect(child.exit).toMatchObject({ exitCode: 1, reason: 'threw' });
      await child.result.then(
        () => expect.unreachable('it threw'),
        (thrown: unknown) => expect(thrown).toEqual(value),
      );
    });
  });

  it('TestBaseProcessKwargs.test_default_kwargs_not_shared_between_instances', async () => {
    const [first, second] = [new Process({ target: task('echo') }), new Process({ target: task('echo') })];
    expect(first.name).not.toBe(second.name);
    first.start();
    second.start();
    expect(await first.result).toEqual([]);
    expect(await second.result).toEqual([]);
    await Promise.all([first.join(), second.join()]);
  });

  it('_TestAtExit.test_atexit: exit handlers of the child run', async () => {
    const child = await ended('atExit');
    expect(await child.stdout?.text()).toBe('exit handler 0');
  });

  it('TestStdinBadfiledescriptor.test_queue_in_process: a child in a child, without standard input', async () => {
    const child =
      await ended<Record<'own' | 'child' | 'parent', { pid: number; name: string }>>('childOfChild');
    const { own, child: inner, parent } = await child.result;
    expect(inner).toMatchObject({ ppid: own.pid, name: `${own.name}:1` });
    expect(parent.pid).toBe(process.pid);
  });

  // A copy has the open files of its original: that is what it is for.
  it.skipIf(method === 'fork')(
    'TestCloseFds.test_closefd: an open descriptor of the parent is not the child\u2019s',
    async () => {
      const file = `${temporaryFolder()}/open`;
      const fd = openSync(file, 'w');
      try {
        const child = await ended<string[]>('openDescriptors');
        expect((await child.result).filter((line) => line.includes(file))).toEqual([]);
      } finally {
        closeSync(fd);
      }
    },
  );

  it('TestFlags.test_flags: options of Node reach child and grandchild, a debugger does not', async () => {
    // The debugger has a thread, which a copy would miss: with it, fork is refused.
    const debug = method === 'fork' ? [] : ['--inspect=0'];
    const flags = [...nodeFlags, '--no-deprecation', '--stack-size=900', ...debug];
    const { stdout } = await runProgram([...flags, program('flags.mjs'), method]);
    expect(JSON.parse(stdout)).toEqual({
      child: [...nodeFlags, '--no-deprecation', '--stack-size=900'],
      grandchild: [...nodeFlags, '--no-deprecation', '--stack-size=900'],
    });
  });

  it('TestNoForkBomb.test_noforkbomb: a start without the main guard fails, once', async () => {
    const { stdout, stderr, exitCode } = await runProgram([program('no-guard.mjs')]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 1, reason: 'threw' });
    expect(stderr).toContain('ERR_STARTED_WHILE_IMPORTING');
    expect(stderr).toContain('if (isMainProcess) {');
    expect(stderr.match(/failed:/g)).toHaveLength(1);
  });

  // The copy of a main program that has not come to its end has it as it is, and waits for that end in vain.
  it.skipIf(method === 'fork').each(['at once', 'after an await'])(
    'TestNoForkBomb: a target that imports the main program can start nothing from there, %s',
    async (when) => {
      const { stdout, stderr, exitCode } = await runProgram([
        ...nodeFlags,
        program('imports-main.mjs'),
        method,
        when,
      ]);
      expect({ stdout, stderr, exitCode }).toEqual({
        stdout: 'child: ERR_STARTED_WHILE_IMPORTING\n',
        stderr: '',
        exitCode: 0,
      });
    },
  );

  it('TestForkAwareThreadLock.test_lock: what is passed down does not grow with depth', async () => {
    const child = await ended<number[]>('environmentAtDepth', [3]);
    const sizes = await child.result;
    expect(new Set(sizes).size).toBe(1);
  });

  it('_TestPollEintr.test_poll_eintr: join() survives a signal', async () => {
    let heard = 0;
    const onSignal = () => heard++;
    process.on('SIGUSR2', onSignal);
    try {
      const child = new Process({ target: task('forever'), stdio: 'ignore' }).start();
      const joined = child.join();
      process.kill(process.pid, 'SIGUSR2');
      await waitFor('the signal', () => heard > 0);
      child.kill();
      expect(await joined).toBe(true);
    } finally {
      process.off('SIGUSR2', onSignal);
    }
  });
});
