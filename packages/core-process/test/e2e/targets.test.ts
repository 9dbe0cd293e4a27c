/**
 * The forms in which a target can be given, from every kind of module and main program.
 *
 * The latter follow CPython's test_multiprocessing_main_handling.py.
 */
import { copyFileSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runProgram, spawnProgram, temporaryFolder } from '@tooling/testkit';
import { Process } from 'core-process';
import { describe, expect, it } from 'vitest';
import * as tasks from '../programs/tasks.mjs';

const url = (name: string) => new URL(`../programs/${name}`, import.meta.url);
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const common = require('../programs/common.cjs') as {
  readonly double: (n: number) => number;
  Doubler: new (n: number, o: object) => Process;
};

async function resultOf(target: unknown, args: unknown[] = []): Promise<unknown> {
  const child = new Process({ target: target as never, args: args as never[], stdio: 'ignore' }).start();
  await child.join();
  return child.result;
}

describe('a target', () => {
  it.each([
    ['an exported function', tasks.add, 3],
    ['a URL with a hash', url('tasks.mjs#add'), 3],
    ['{ module: URL, export }', { module: url('tasks.mjs'), export: 'add' }, 3],
    ['{ module: string, export }', { module: url('tasks.mjs').href, export: 'add' }, 3],
    ['{ module: path, export }', { module: fileURLToPath(url('tasks.mjs')), export: 'add' }, 3],
    ['a URL without a hash: the default export', url('tasks.mjs'), 'default'],
    ['the default export itself', tasks.default, 'default'],
    ['a CommonJS function', common.double, 2],
    ['a CommonJS export by URL', url('common.cjs#double'), 2],
    ['a CommonJS module that is a function', require('../programs/common-function.cjs'), 3],
    ['a module of Node', { module: 'node:path', export: 'basename' }, undefined],
  ])('%s', async (_, target, expected) => {
    const args = expected === undefined ? ['/a/b'] : [1, 2];
    expect(await resultOf(target, args)).toBe(expected ?? 'b');
  });

  it('a class with run()', async () => {
    expect(await resultOf(tasks.Greeter, ['egon'])).toBe('hello egon');
    expect(await resultOf(url('tasks.mjs#Greeter'), ['egon'])).toBe('hello egon');
  });

  it('a subclass of Process, from ESM and CommonJS, with and without run()', async () => {
    const doubler = new common.Doubler(21, { stdio: 'ignore' }).start();
    expect(await doubler.result).toBe(42);
    const untouched = new tasks.Untouched({ target: tasks.add, args: [1, 2], stdio: 'ignore' }).start();
    expect(await untouched.result).toBe(3);
    await Promise.all([doubler.join(), untouched.join()]);
  });

  it('none: a process that does nothing', async () => {
    expect(await resultOf(undefined)).toBeUndefined();
  });
});

describe('a main program', () => {
  it('in CommonJS', async () => {
    const { stdout, stderr } = await runProgram([fileURLToPath(url('common.cjs'))]);
    expect({ stdout, stderr }).toEqual({ stdout: 'result 42\n', stderr: '' });
  });

  it('in TypeScript, under tsx', async () => {
    const { stdout, stderr } = await runProgram(['--import', 'tsx', fileURLToPath(url('first.ts'))], {
      cwd: packageFolder,
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'egon is running\nmain egon hello egon\n', stderr: '' });
  });

  it.each(['with space', 'hash#sign', 'per%20cent', 'ünï'])('in a folder called "%s"', async (name) => {
    const folder = `${temporaryFolder()}/${name}`;
    mkdirSync(folder);
    copyFileSync(url('first-plain.mjs'), `${folder}/first-plain.mjs`);
    mkdirSync(`${folder}/node_modules`);
    symlinkSync(packageFolder, `${folder}/node_modules/core-process`);
    const { stdout, stderr } = await runProgram([`${folder}/first-plain.mjs`]);
    expect({ stdout, stderr }).toEqual({ stdout: 'egon is running\nmain egon\n', stderr: '' });
  });

  it('through a symbolic link', async () => {
    const folder = temporaryFolder();
    cpSync(url('first-plain.mjs'), `${folder}/real.mjs`);
    mkdirSync(`${folder}/node_modules`);
    symlinkSync(packageFolder, `${folder}/node_modules/core-process`);
    symlinkSync(`${folder}/real.mjs`, `${folder}/link.mjs`);
    const { stdout, stderr } = await runProgram([`${folder}/link.mjs`]);
    expect({ stdout, stderr }).toEqual({ stdout: 'egon is running\nmain egon\n', stderr: '' });
  });

  it('given by -e: a module\u2019s function can be its target', async () => {
    const code = `import('core-process').then(async ({ Process }) => {
      const p = new Process({ target: new URL(${JSON.stringify(url('tasks.mjs#add').href)}), args: [1, 2] });
      p.start();
      console.log(await p.result);
    })`;
    const { stdout, stderr } = await runProgram(['-e', code], {
      cwd: packageFolder,
    });
    expect({ stdout, stderr }).toEqual({ stdout: '3\n', stderr: '' });
  });

  it('that is the command of an installed package', async () => {
    const folder = temporaryFolder();
    mkdirSync(`${folder}/node_modules/greeter/node_modules`, { recursive: true });
    mkdirSync(`${folder}/node_modules/.bin`);
    copyFileSync(url('first-plain.mjs'), `${folder}/node_modules/greeter/cli.mjs`);
    symlinkSync(packageFolder, `${folder}/node_modules/core-process`);
    symlinkSync('../greeter/cli.mjs', `${folder}/node_modules/.bin/greeter`);
    const { stdout, stderr } = await runProgram([`${folder}/node_modules/.bin/greeter`]);
    expect({ stdout, stderr }).toEqual({ stdout: 'egon is running\nmain egon\n', stderr: '' });
  });

  it('bundled into one file with all that it imports of its own', async () => {
    const folder = temporaryFolder();
    mkdirSync(`${folder}/node_modules`);
    symlinkSync(packageFolder, `${folder}/node_modules/core-process`);
    const built = await runProgram([
      require.resolve('esbuild/bin/esbuild'),
      fileURLToPath(url('first-plain.mjs')),
      `--outfile=${folder}/bundle.mjs`,
      '--bundle',
      '--minify',
      '--platform=node',
      '--format=esm',
      '--external:core-process',
      '--log-level=warning',
    ]);
    expect(built).toMatchObject({ exitCode: 0, stderr: '' });
    const { stdout, stderr } = await runProgram([`${folder}/bundle.mjs`]);
    expect({ stdout, stderr }).toEqual({ stdout: 'egon is running\nmain egon\n', stderr: '' });
  });

  it('read from standard input: its own functions have no module, others\u2019 have', async () => {
    const code = `import { Process } from 'core-process';
      const own = () => 1;
      try {
        new Process({ target: own }).start();
      } catch (error) {
        console.log(error.code);
      }
      const p = new Process({ target: new URL(${JSON.stringify(url('tasks.mjs#add').href)}), args: [1, 2] });
      p.start();
      console.log(await p.result);`;
    const program = spawnProgram(['--input-type=module', '-'], {
      cwd: packageFolder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    program.child.stdin?.end(code);
    const { stdout, stderr } = await program.ended;
    expect({ stdout, stderr }).toEqual({ stdout: 'ERR_TARGET_NOT_EXPORTED\n3\n', stderr: '' });
  });
});
