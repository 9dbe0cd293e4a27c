/** joinSync(): blocks the thread, loses nothing, and leaves a zombie until the loop turns. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { Process, processState } from 'core-process';
import { describe, expect, it } from 'vitest';

const task = (name: string) => new URL(`../programs/tasks.mjs#${name}`, import.meta.url);
const flood = fileURLToPath(new URL('../programs/big-output.mjs', import.meta.url));

describe('joinSync', () => {
  it('leaves a zombie, which the next turn of the loop reaps', async () => {
    const child = new Process({ target: task('add'), args: [1, 2], stdio: 'ignore' }).start();
    expect(child.joinSync()).toBe(true);
    expect(processState(child.pid as number)).toBe('Z');
    expect({ alive: child.isAlive(), exitCode: child.exitCode }).toEqual({ alive: false, exitCode: 0 });
    expect(await child.result).toBe(3);
    await child.join();
    expect(processState(child.pid as number)).toBeUndefined();
    expect(child.exit?.reason).toBe('returned');
  });

  it('answers false at its time-out, and true after the end', async () => {
    const child = new Process({ target: task('forever'), stdio: 'ignore' }).start();
    expect(child.joinSync({ timeout: 20 })).toBe(false);
    child.kill();
    expect(child.joinSync()).toBe(true);
    expect(child.signalCode).toBe('SIGKILL');
    await child.join();
    expect(child.joinSync()).toBe(true);
  });

  it.each([
    ['pidfd', {}],
    ['/proc, without FFI', { CORE_PROCESS_NO_FFI: '1' }],
  ])('reads what the child writes meanwhile: more than its pipes hold (%s)', async (_name, env) => {
    const { stdout, stderr, exitCode } = await runProgram([flood], { env: { ...process.env, ...env } });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toEqual({
      joined: true,
      alive: false,
      exitCode: 0,
      // text() gives lines without the last line's end.
      out: (1 << 20) - 1,
      err: (1 << 20) - 1,
      result: 4 << 20,
      exit: 'returned',
    });
  });
});
