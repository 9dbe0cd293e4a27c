/** Every mistake that can be known beforehand is told before anything is started. */
import { childPids, runsNode } from '@tooling/testkit';
import { getContext, Process } from 'core-process';
import { afterEach, describe, expect, it } from 'vitest';
import * as tasks from '../programs/tasks.mjs';

const task = (name: string) => new URL(`../programs/tasks.mjs#${name}`, import.meta.url);
const start = (options: object) => () => new Process(options).start();

afterEach(() => {
  const left = childPids().filter(runsNode);
  if (left.length > 0) throw new Error(`A child is still there: ${JSON.stringify(left)}`);
});

describe('targets that no other process can import', () => {
  it('a closure', () => {
    const made = (() => {
      const secret = 1;
      return () => secret;
    })();
    expect(start({ target: made })).toThrow(expect.objectContaining({ code: 'ERR_TARGET_NOT_EXPORTED' }));
  });

  it('a closure with the name of an exported function', () => {
    expect(start({ target: tasks.closureCalled('echo') })).toThrow(
      /"echo" is a closure: .*Either export the function/s,
    );
  });

  it('a function of a module that does not export it', () => {
    expect(start({ target: tasks.hiddenFunction() })).toThrow(
      /"hidden" is not exported by file:.*tasks\.mjs/,
    );
  });

  it.each([
    ['a bound function', tasks.echo.bind(null)],
    ['a built-in function', Math.max],
  ])('%s', (_, target) => {
    expect(start({ target })).toThrow(/built in or bound/);
  });

  it('code from eval', () => {
    // oxlint-disable-next-line no-eval -- such code is the subject
    const made = (0, eval)('(() => 1)') as () => number;
    expect(start({ target: made })).toThrow(/defined in eval/);
  });

  it('a subclass that is not exported', () => {
    class Local extends Process {}
    expect(() => new Local().start()).toThrow(expect.objectContaining({ code: 'ERR_TARGET_NOT_EXPORTED' }));
  });
});

describe('modules that are not there', () => {
  it.each([
    ['a URL', new URL('./missing.mjs#task', import.meta.url)],
    ['a path', { module: '/no/such/module.mjs', export: 'task' }],
    ['a package', { module: 'no-such-package', export: 'task' }],
  ])('%s', (_, target) => {
    expect(start({ target })).toThrow(expect.objectContaining({ code: 'ERR_TARGET_NOT_FOUND' }));
  });

  it('a relative path, which is relative to nothing', () => {
    expect(start({ target: { module: './w.mjs' } })).toThrow(
      /Use new URL\("\.\/w\.mjs", import\.meta\.url\)/,
    );
  });

  it('an export that is not there is told with those that are', async () => {
    const child = new Process({ target: task('nothng'), stdio: 'ignore' }).start();
    await expect(child.result).rejects.toMatchObject({
      code: 'ERR_TARGET_NOT_FOUND',
      message: expect.stringContaining('it exports') as string,
    });
    await child.join();
    expect(child.exit).toMatchObject({ exitCode: 1, reason: 'threw' });
  });

  it('an export that is no function', async () => {
    const child = new Process({ target: task('notAFunction'), stdio: 'ignore' }).start();
    await expect(child.result).rejects.toThrow(TypeError);
    await child.join();
  });
});

describe('arguments that can\u2019t be sent', () => {
  it.each([
    [[() => 1], 'args[0]', /the function/],
    [[1, { a: [{ callback: () => 1 }] }], 'args[1].a[0].callback', /the function callback/],
    [[Symbol('s')], 'args[0]', /the symbol Symbol\(s\)/],
    [[new Map([['key', Promise.resolve()]])], "args[0].get('key')", /class Promise/],
    [[new Set([1, new WeakMap()])], 'args[0].values()[1]', /class WeakMap/],
    [[{ 'odd name': () => 1 }], 'args[0]["odd name"]', /the function/],
  ])('case %#: the error says where and what', (args, path, what) => {
    expect(start({ target: task('echo'), args })).toThrow(
      expect.objectContaining({
        code: 'ERR_NOT_CLONEABLE',
        path,
        message: expect.stringMatching(what) as string,
      }),
    );
  });

  it('a field of a subclass', () => {
    expect(() => new tasks.BadField().start()).toThrow(expect.objectContaining({ path: 'this.handler' }));
  });

  it('a result', async () => {
    const child = new Process({ target: task('uncloneable'), stdio: 'ignore' }).start();
    await expect(child.result).rejects.toMatchObject({
      code: 'ERR_NOT_CLONEABLE',
      path: 'result.list[1].callback',
    });
    await child.join();
    expect(child.exit).toMatchObject({ exitCode: 1, reason: 'threw' });
  });
});

describe('states', () => {
  const state = expect.objectContaining({ code: 'ERR_PROCESS_STATE' });

  it('before the start there is nothing to wait for or to kill', async () => {
    const child = new Process({ target: task('nothing') });
    await expect(child.join()).rejects.toThrow(state);
    expect(() => child.joinSync()).toThrow(state);
    expect(() => child.terminate()).toThrow(state);
    expect(() => child.kill()).toThrow(state);
    expect(() => child.interrupt()).toThrow(state);
    expect(() => child.result).toThrow(state);
    expect(() => child.run()).toThrow(state);
    child.close();
    expect(() => child.start()).toThrow(state);
  });

  it('a second start, a name after the start', async () => {
    const child = new Process({ target: task('nothing'), stdio: 'ignore' }).start();
    expect(() => child.start()).toThrow(/runs once/);
    expect(() => (child.name = 'late')).toThrow(state);
    await child.join();
    expect(() => child.start()).toThrow(state);
  });

  it('an aborted signal starts nothing', () => {
    const reason = new Error('no longer wanted');
    expect(start({ target: task('nothing'), signal: AbortSignal.abort(reason) })).toThrow(reason);
  });
});

describe('options', () => {
  it.each([
    ['target', 'task'],
    ['target', null],
    ['target', { module: 7 }],
    ['args', 'egon'],
    ['name', ''],
    ['name', 7],
    ['daemon', 'yes'],
    ['stdio', 'pipes'],
    ['execArgv', '--flag'],
    ['env', { A: 1 }],
    ['cwd', '/no/such/directory'],
    ['signal', {}],
    ['gracePeriod', -1],
  ])('%s: %j', (option, value) => {
    expect(() => new Process({ [option]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', option }),
    );
  });

  it.each([-1, Number.NaN, '5'])('timeout: %s', async (timeout) => {
    const child = new Process({ target: task('nothing'), stdio: 'ignore' }).start();
    const wrong = expect.objectContaining({ code: 'ERR_INVALID_OPTION', option: 'timeout' });
    await expect(child.join({ timeout: timeout as number })).rejects.toThrow(wrong);
    expect(() => child.joinSync({ timeout: timeout as number })).toThrow(wrong);
    await child.join();
  });

  it('a start method that is not there', () => {
    const wrong = expect.objectContaining({ code: 'ERR_START_METHOD_UNAVAILABLE' });
    expect(() => new Process({ startMethod: 'teleport' as never })).toThrow(wrong);
    expect(() => getContext('teleport' as never)).toThrow(wrong);
  });

  it('an executable that is not there: join() and result say so', async () => {
    const child = new Process({ target: task('nothing'), execPath: '/no/such/node' }).start();
    await expect(child.join()).rejects.toMatchObject({ code: 'ERR_PROCESS_START' });
    await expect(child.result).rejects.toMatchObject({ code: 'ERR_PROCESS_START' });
    expect(child.exit).toEqual({ exitCode: null, signal: null, reason: 'start-failed', pid: undefined });
    expect(child.isAlive()).toBe(false);
  });
});
