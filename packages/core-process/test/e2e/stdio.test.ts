/** Standard streams of a child: inherited, piped as lines, ignored. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { Process } from 'core-process';
import { describe, expect, it } from 'vitest';
import * as tasks from '../programs/tasks.mjs';

describe('pipe', () => {
  it('gives lines as they come, the last one without its end too', async () => {
    const child = new Process({ target: tasks.writeBoth, stdio: 'pipe' }).start();
    const lines: string[] = [];
    for await (const line of child.stdout ?? []) lines.push(line);
    expect(lines).toEqual(['out 1', 'out 2', 'last, without its end \u00e9']);
    expect(await child.stderr?.text()).toBe('err');
    await child.join();
  });

  it('keeps what nobody has read, and never holds the child up', async () => {
    const child = new Process({
      target: tasks.write,
      args: [`${'x'.repeat(999)}\n`, 2000],
      stdio: 'pipe',
    }).start();
    await child.join();
    expect((await child.stdout?.text())?.length).toBe(2000 * 1000 - 1);
  });

  it('a loop that was left early leaves the rest', async () => {
    const child = new Process({ target: tasks.write, args: ['1\n2\n3\n'], stdio: 'pipe' }).start();
    await child.join();
    for await (const line of child.stdout ?? []) {
      expect(line).toBe('1');
      break;
    }
    expect(await child.stdout?.text()).toBe('2\n3');
  });

  it('characters of several bytes are whole, wherever a chunk ends', async () => {
    const child = new Process({ target: tasks.write, args: ['\u4f60\u597d', 50_000], stdio: 'pipe' }).start();
    expect(await child.stdout?.text()).toBe('\u4f60\u597d'.repeat(50_000));
    await child.join();
  });
});

it('inherit: the child writes where its parent does', async () => {
  const { stdout } = await runProgram([
    fileURLToPath(new URL('../programs/first-plain.mjs', import.meta.url)),
  ]);
  expect(stdout).toBe('egon is running\nmain egon\n');
});

it('ignore: no streams, nothing written', async () => {
  const child = new Process({ target: tasks.writeBoth, stdio: 'ignore' }).start();
  await child.join();
  expect(child.stdout).toBeUndefined();
  expect(child.exitCode).toBe(0);
});

it('env adds, undefined takes away; cwd is where it runs', async () => {
  process.env['TO_BE_GONE'] = '1';
  const child = new Process({
    target: tasks.describe,
    stdio: 'ignore',
    cwd: '/',
    env: { ADDED: 'yes', TO_BE_GONE: undefined },
  }).start();
  const { cwd, env } = (await child.result) as { cwd: string; env: NodeJS.ProcessEnv };
  delete process.env['TO_BE_GONE'];
  expect(cwd).toBe('/');
  expect(env['ADDED']).toBe('yes');
  expect(env['PATH']).toBe(process.env['PATH']);
  expect(env).not.toHaveProperty('TO_BE_GONE');
  await child.join();
});

it('a result of many megabytes', async () => {
  const child = new Process({ target: tasks.big, args: [64 << 20], stdio: 'ignore' }).start();
  const result = (await child.result) as Buffer;
  expect(result.length).toBe(64 << 20);
  expect(result.every((byte) => byte === 7)).toBe(true);
  await child.join();
});

it('arguments of many megabytes', async () => {
  const child = new Process({
    target: tasks.lengthOf,
    args: [Buffer.alloc(64 << 20)],
    stdio: 'ignore',
  }).start();
  expect(await child.result).toBe(64 << 20);
  await child.join();
});
