/** Targets, errors and parents that do what they rarely do: nothing hangs, nothing is lost, no parent dies of it. */
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { runProgram } from '@tooling/testkit';
import { Process } from 'core-process';
import { describe, expect, it } from 'vitest';
import * as odd from '../programs/odd.mjs';

const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
const task = (name: string) => new URL(`../programs/odd.mjs#${name}`, import.meta.url);

async function thrownBy(target: URL, args: unknown[] = []): Promise<unknown> {
  const child = new Process({ target, args, stdio: 'ignore' }).start();
  await child.join();
  return await child.result.then(
    () => expect.unreachable('it threw'),
    (thrown: unknown) => thrown,
  );
}

function readsCycles(): boolean {
  try {
    deserialize(serialize(odd.returnCycle()));
    return true;
  } catch {
    // «Unable to deserialize cloned data.»
    return false;
  }
}

describe('errors', () => {
  it('whose causes lead back to them come back so', async () => {
    const error = (await thrownBy(task('throwCycle'))) as Error;
    expect(error.message).toBe('one');
    expect((error.cause as Error).message).toBe('other');
    expect((error.cause as Error).cause).toBe(error);
  });

  // V8 writes them in every version, and reads them from Node 22 on.
  it.runIf(readsCycles())('of that kind in a result come back so', async () => {
    const child = new Process<never[], { error: Error }>({
      target: task('returnCycle') as never,
      stdio: 'ignore',
    }).start();
    const { error } = await child.result;
    expect([error.message, error.cause === error]).toEqual(['itself', true]);
    await child.join();
  });

  it.runIf(!readsCycles())('of that kind in a result or an argument are refused by the sender', async () => {
    expect(await thrownBy(task('returnCycle'))).toMatchObject({
      code: 'ERR_NOT_CLONEABLE',
      path: 'result.error',
    });
    const { error } = odd.returnCycle();
    expect(() => new Process({ target: odd.returnCycle, args: [error] as never }).start()).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_CLONEABLE', path: 'args[0]' }),
    );
  });

  it.each(['getter', 'constructor'])('with an odd %s keep their message', async (kind) => {
    expect(await thrownBy(task('throwOdd'), [kind])).toMatchObject({ message: 'odd' });
  });

  it('that can not even be looked at are told in words', async () => {
    expect(await thrownBy(task('throwOdd'), ['proxy'])).toEqual(expect.any(String));
  });

  it('that the target handles itself are not its result', async () => {
    const child = new Process({ target: task('handleStrayError'), stdio: 'ignore' }).start();
    expect(await child.result).toBe('fine');
    await child.join();
    expect(child.exit).toMatchObject({ exitCode: 0, reason: 'returned' });
  });

  it('after which its handler ends the process are', async () => {
    expect(await thrownBy(task('exitFromHandler'))).toMatchObject({ message: 'fatal' });
  });
});

it('noise on the report stream: the result is lost, the parent is not', async () => {
  expect(await thrownBy(task('writeNoise'))).toMatchObject({ code: 'ERR_REPORT_DAMAGED' });
});

describe('cancelling', () => {
  it('reaches a target that waits for nothing else, with the reason\u2019s name', async () => {
    const child = new Process({
      target: task('onlyAwaitsSignal'),
      stdio: 'ignore',
      signal: AbortSignal.timeout(300),
    }).start();
    expect(await child.result).toBe('TimeoutError');
    await child.join();
  });

  it('rejects with the very reason when the target throws that', async () => {
    const controller = new AbortController();
    const child = new Process({
      target: task('throwsIfAborted'),
      stdio: 'ignore',
      signal: controller.signal,
    }).start();
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    await expect(child.result).rejects.toBe(reason);
    await child.join();
  });

  it('with an endless grace period only asks', async () => {
    const controller = new AbortController();
    const child = new Process({
      target: new URL('../programs/tasks.mjs#stubborn', import.meta.url),
      stdio: 'pipe',
      signal: controller.signal,
      gracePeriod: Infinity,
    }).start();
    for await (const line of child.stdout ?? []) if (line === 'ready') break;
    controller.abort();
    expect(await child.join({ timeout: 300 })).toBe(false);
    child.kill();
    await child.join();
  });

  it('many by one signal warns of nothing', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.name);
    process.on('warning', onWarning);
    const controller = new AbortController();
    const options = { target: task('onlyAwaitsSignal'), stdio: 'ignore', signal: controller.signal } as const;
    const children = Array.from({ length: 12 }, () => new Process(options).start());
    controller.abort();
    await Promise.all(children.map((child) => child.join()));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('threads', () => {
  it('of a child know that they are in a child', async () => {
    const child = new Process({
      target: task('inThread'),
      name: 'clerk',
      daemon: true,
      stdio: 'ignore',
    }).start();
    expect(await child.result).toEqual({
      isMainProcess: false,
      name: 'clerk',
      daemon: true,
      parent: process.pid,
    });
    await child.join();
  });

  it('that started a child and are terminated do not keep it from ending', async () => {
    // Nobody reaps it: the event loop that would have is gone with its thread.
    const { stdout, stderr } = await runProgram([program('terminated-thread.mjs')]);
    expect({ stdout, stderr }).toEqual({ stdout: 'Z\n', stderr: '' });
  });
});

describe('a subclass', () => {
  it('may have fields named as accessors are, and hears that waiting is its parent\u2019s business', async () => {
    const child = new odd.Named({ stdio: 'ignore' }).start();
    expect(await child.result).toEqual({
      title: 'worker',
      exitCode: 7,
      exit: undefined,
      codes: ['ERR_PROCESS_STATE', 'ERR_PROCESS_STATE'],
    });
    await child.sentinel;
  });

  it('is shown whatever has become of it', async () => {
    const child = new Process({ target: task('onlyAwaitsSignal'), name: 'shown', stdio: 'ignore' });
    expect(inspect(child)).toBe('Process { "shown", new }');
    child.start();
    expect(inspect(child)).toBe(`Process { "shown", running, pid ${child.pid} }`);
    child.kill();
    await child.join();
    expect(inspect(child)).toBe(`Process { "shown", ended SIGKILL, pid ${child.pid} }`);
    child.close();
    expect(inspect(child)).toBe('Process { "shown", closed }');
  });
});

it('a program that starts itself without end is stopped', async () => {
  const { stdout, exitCode } = await runProgram([program('chain.mjs')], {
    env: { ...process.env, CORE_PROCESS_MAX_TREE: '6' },
  });
  expect(stdout).toBe('ERR_TREE_TOO_LARGE\n');
  expect(exitCode).toBe(0);
});

describe('a start that the operating system refuses', () => {
  it.each([
    ['a name that is too long', { name: 'x'.repeat(3_000_000) }],
    ['an environment that is too large', { env: { BIG: 'x'.repeat(3_000_000) } }],
  ])('%s', async (_, options) => {
    const child = new Process({ target: task('onlyAwaitsSignal'), stdio: 'ignore', ...options }).start();
    await expect(child.join()).rejects.toMatchObject({ code: 'ERR_PROCESS_START' });
    await expect(child.result).rejects.toMatchObject({ code: 'ERR_PROCESS_START' });
    expect(child.exit?.reason).toBe('start-failed');
  });

  it('for want of descriptors: the error says so, and the parent goes on', async () => {
    const { stdout, stderr, exitCode } = await runProgram([program('no-descriptors.mjs')]);
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'ERR_PROCESS_START EMFILE\nand then 3\n',
      stderr: '',
      exitCode: 0,
    });
  });

  it('options of Node that it does not have: the target was never reached', async () => {
    const child = new Process({
      target: task('onlyAwaitsSignal'),
      stdio: 'ignore',
      execArgv: ['--no-such-option'],
    }).start();
    await expect(child.result).rejects.toThrow(/exit code 9 before its target was reached/);
    await child.join();
  });
});

describe('lines of output', () => {
  it('go to several readers, each line to one', async () => {
    const child = new Process({
      target: new URL('../programs/tasks.mjs#write', import.meta.url),
      args: ['line\n', 100],
      stdio: 'pipe',
    }).start();
    const [one, other] = await Promise.all([child.stdout?.text(), child.stdout?.text()]);
    expect(`${one}\n${other}`.split('\n').filter((line) => line === 'line')).toHaveLength(100);
    await child.join();
  });

  it('that nobody took stay for the next reader, hundreds of thousands of them', async () => {
    const child = new Process({
      target: new URL('../programs/tasks.mjs#write', import.meta.url),
      args: ['line\n'.repeat(100_000), 4],
      stdio: 'pipe',
    }).start();
    await child.join();
    for await (const line of child.stdout ?? []) {
      expect(line).toBe('line');
      break;
    }
    const rest = (await child.stdout?.text()) ?? '';
    expect(rest.split('\n')).toHaveLength(399_999);
  });
});

it('a large array is sent without being looked at part by part more than once', async () => {
  const numbers = Array.from({ length: 300_000 }, (_, index) => index);
  const child = new Process<[number[]], number>({
    target: new URL('../programs/tasks.mjs#lengthOf', import.meta.url),
    args: [numbers],
    stdio: 'ignore',
  }).start();
  expect(await child.result).toBe(300_000);
  await child.join();
});

it('a start leaves the resolving of links as it was', async () => {
  const { stdout, stderr } = await runProgram([program('links-after-start.mjs')]);
  expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' });
});
