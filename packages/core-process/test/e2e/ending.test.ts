/** How children end with their parent, or outlive it: every end a parent can come to, on real processes. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunningProgram, spawnProgram, waitFor } from '@tooling/testkit';
import { Process, processState } from 'core-process';
import { describe, expect, it } from 'vitest';

const parentProgram = fileURLToPath(new URL('../programs/parent-of.mjs', import.meta.url));
const task = (name: string) => new URL(`../programs/tasks.mjs#${name}`, import.meta.url);
const backEnds = [
  ['parent-death signal', {}],
  ['watchdog, without FFI', { CORE_PROCESS_NO_FFI: '1' }],
] as const;
const gone = (pid: number) => processState(pid) === undefined;

function startParent(plan: object, env: Record<string, string> = {}): RunningProgram {
  return spawnProgram([parentProgram, JSON.stringify(plan)], { env: { ...process.env, ...env } });
}

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

describe.each(backEnds)('daemons, by %s', (_name, env) => {
  it('in a CPU loop they end with a parent that is killed', async () => {
    const parent = startParent({ target: 'spin', options: { daemon: true } }, env);
    const [, pid] = await parent.line(/^up (\d+)$/);
    parent.child.kill('SIGKILL');
    await parent.ended;
    await waitFor('the daemon to be gone', () => gone(Number(pid)));
    expect(processState(Number(pid))).toBeUndefined();
  });

  it('end at a normal exit, which keeps its exit code', async () => {
    const parent = startParent(
      { target: 'sleep', options: { daemon: true }, end: 'exit', count: 3 },
      { ...env, EXIT_MARK: `${process.pid}-exit.` },
    );
    expect((await parent.ended).exitCode).toBe(3);
    expect(processesWith(`EXIT_MARK=${process.pid}-exit.`)).toEqual([]);
  });

  it('end when the parent throws', async () => {
    const parent = startParent(
      { target: 'spin', options: { daemon: true }, end: 'throw' },
      { ...env, EXIT_MARK: `${process.pid}-throw.` },
    );
    const { exitCode, stderr } = await parent.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the parent threw');
    expect(processesWith(`EXIT_MARK=${process.pid}-throw.`)).toEqual([]);
  });
});

describe('a parent killed at any moment', () => {
  it.each([
    ['parent-death signal', {}, 200],
    ['watchdog, without FFI', { CORE_PROCESS_NO_FFI: '1' }, 40],
  ] as const)(
    'leaves no daemon, by %s',
    async (name, env, tries) => {
      let worst = 0;
      let next = 0;
      const oneTry = async (index: number) => {
        const mark = `ORPHAN_MARK=${process.pid}-${name}-${index}.`;
        const parent = startParent(
          { target: index % 2 === 0 ? 'spin' : 'sleep', options: { daemon: true, stdio: 'ignore' } },
          { ...env, ORPHAN_MARK: mark.slice('ORPHAN_MARK='.length) },
        );
        // The moments to hit lie between the program's first line and the daemon's last step of starting.
        await sleep((index * 7) % 400);
        parent.child.kill('SIGKILL');
        await parent.ended;
        const died = performance.now();
        await waitFor(`no daemon of try ${index}`, () => processesWith(mark).length === 0);
        worst = Math.max(worst, performance.now() - died);
      };
      const lane = async () => {
        while (next < tries) await oneTry(next++);
      };
      await Promise.all([lane(), lane(), lane()]);
      expect(next).toBe(tries);
      console.log(
        `${name}: ${tries} parents killed; the last daemon was gone after ${worst.toFixed(0)} ms at most`,
      );
    },
    300_000,
  );
});

describe('children that are no daemons', () => {
  it('are waited for at a normal exit, and at process.exit()', async () => {
    for (const end of ['return', 'exit']) {
      const parent = startParent({ target: 'sleepWhile', args: [300], end });
      const { exitCode, stdout } = await parent.ended;
      expect({ exitCode, stdout: stdout.includes('child done') }).toEqual({
        exitCode: end === 'exit' ? 3 : 0,
        stdout: true,
      });
    }
  });

  it.each(backEnds)('go on as orphans after a violent end, and are told (%s)', async (_name, env) => {
    const parent = startParent({ target: 'orphan' }, env);
    const [, pid] = await parent.line(/^up (\d+) true$/);
    parent.child.kill('SIGKILL');
    await parent.line(/^orphaned false true$/);
    await waitFor('the orphan to end by itself', () => gone(Number(pid)));
    expect((await parent.ended).signal).toBe('SIGKILL');
  });
});

describe('zombies', () => {
  it('are reaped although nobody joins', async () => {
    const child = new Process({ target: task('nothing'), stdio: 'ignore' }).start();
    const pid = child.pid as number;
    await waitFor('the child to be reaped', () => gone(pid));
    expect(child.isAlive()).toBe(false);
  });

  it('100 started and terminated at once are all terminated and leave none', async () => {
    const all = Array.from({ length: 100 }, () =>
      new Process({ target: task('forever'), stdio: 'ignore' }).start(),
    );
    for (const child of all) child.terminate();
    await Promise.all(all.map((child) => child.join()));
    expect(all.map((child) => child.signalCode)).toEqual(all.map(() => 'SIGTERM'));
    expect(all.filter((child) => !gone(child.pid as number))).toEqual([]);
  });
});
