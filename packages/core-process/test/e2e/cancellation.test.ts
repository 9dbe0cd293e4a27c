/** Two steps: the signal inside the child, then SIGTERM and SIGKILL to its whole tree. */
import { Process, processState } from 'core-process';
import { waitFor } from '@tooling/testkit';
import { describe, expect, it } from 'vitest';

const task = (name: string) => new URL(`../programs/tasks.mjs#${name}`, import.meta.url);

/** Starts a task that writes a line once it listens, and waits for a line that fits. */
async function listening(name: string, pattern: RegExp, gracePeriod?: number) {
  const controller = new AbortController();
  const child = new Process({
    target: task(name),
    stdio: 'pipe',
    signal: controller.signal,
    ...(gracePeriod !== undefined && { gracePeriod }),
  }).start();
  const lines = child.stdout?.[Symbol.asyncIterator]();
  for (;;) {
    const line = await lines?.next();
    if (line === undefined || line.done) throw new Error(`${name} ended before it wrote ${pattern}`);
    const match = line.value.match(pattern);
    if (match !== null) return { child, controller, match };
  }
}

describe('cancellation', () => {
  it('step one: the child sees the reason, and may throw it', async () => {
    const { child, controller } = await listening('untilAborted', /^listening$/, 60_000);
    controller.abort(new RangeError('sold out'));
    await expect(child.result).rejects.toMatchObject({ name: 'RangeError', message: 'sold out' });
    await child.join();
    expect(child.exit).toMatchObject({ exitCode: 1, signal: null, reason: 'threw' });
  });

  it('step one: the child may put its work away and return', async () => {
    const { child, controller } = await listening('stopWhenAborted', /^listening$/, 60_000);
    controller.abort();
    expect(await child.result).toBe('put away');
    await child.join();
    expect(child.exit).toMatchObject({ exitCode: 0, reason: 'returned' });
  });

  it('step two: SIGTERM for one that does not look, even in a CPU loop', async () => {
    const controller = new AbortController();
    const child = new Process({
      target: task('spin'),
      stdio: 'ignore',
      signal: controller.signal,
      gracePeriod: 50,
    }).start();
    controller.abort(new Error('enough'));
    await expect(child.result).rejects.toThrow('enough');
    await child.join();
    expect(child.exit).toMatchObject({ reason: 'cancelled', exitCode: null });
    expect(['SIGTERM', 'SIGKILL']).toContain(child.signalCode);
  });

  it('at last SIGKILL, to the whole tree', async () => {
    const { child, controller, match } = await listening('stubbornTree', /^grandchild (\d+)$/, 200);
    const grandchild = Number(match[1]);
    expect(processState(grandchild)).toBeDefined();
    controller.abort();
    await child.join();
    expect(child.exit).toMatchObject({ reason: 'cancelled', signal: 'SIGKILL' });
    await expect(child.result).rejects.toMatchObject({ name: 'AbortError' });
    await waitFor('the grandchild to be gone', () => processState(grandchild) === undefined);
  });

  it('a signal that has aborted before starts nothing', () => {
    const child = new Process({ target: task('nothing'), signal: AbortSignal.abort(new Error('too late')) });
    expect(() => child.start()).toThrow('too late');
    expect(child.pid).toBeUndefined();
  });

  it('aborting after the end changes nothing', async () => {
    const controller = new AbortController();
    const child = new Process({
      target: task('nothing'),
      stdio: 'ignore',
      signal: controller.signal,
    }).start();
    await child.join();
    controller.abort();
    expect(child.exit).toMatchObject({ exitCode: 0, reason: 'returned' });
  });

  it('a wait can be aborted, and the process goes on', async () => {
    const child = new Process({ target: task('forever'), stdio: 'ignore' }).start();
    await expect(child.join({ signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
    expect(child.isAlive()).toBe(true);
    child.kill();
    await child.join();
  });
});
