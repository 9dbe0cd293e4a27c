/** Strict order over processes, if it is asked for (contract, promise 4). */
import { temporaryFolder } from '@tooling/testkit';
import { Lock } from 'ipc-lock';
import { expect, it, onTestFinished } from 'vitest';
import { startActor } from '../actor.js';
import { describeBackEnds } from '../back-ends.js';

function make(): Lock {
  const lock = Lock.open('it', { directory: temporaryFolder(), fair: true });
  onTestFinished(() => lock.close());
  return lock;
}

/** Others, and this process, ask one after the other. */
async function queueUp(lock: Lock) {
  const order: string[] = [];
  const actors = await Promise.all([startActor(lock), startActor(lock), startActor(lock)]);
  const had = async (name: string, answer: Promise<unknown>, release: () => unknown) => {
    await answer;
    order.push(name);
    await release();
  };
  const [first, second, third] = actors;
  const done: Promise<void>[] = [];
  for (const [name, actor] of Object.entries({ first, second, third })) {
    if (name === 'third') done.push(had('here', lock.acquire(), () => lock.release()));
    const { answer } = await actor.begin(name === 'second' ? 'acquireSync' : 'acquire');
    // A wait that blocks its process has its ticket before it answers to nothing any more.
    if (name !== 'second') await actor.call('get', 'held');
    else await new Promise((resolve) => setTimeout(resolve, 100));
    done.push(had(name, answer, () => actor.call('letGo')));
  }
  return { actors, order, done };
}

describeBackEnds(() => {
  it('processes get it in the order they asked, whether they sleep, poll or block', async () => {
    const lock = make();
    const guard = await lock.acquire();
    const { order, done } = await queueUp(lock);
    guard.release();
    await Promise.all(done);
    expect(order).toEqual(['first', 'second', 'here', 'third']);
  });

  it('who is killed, or gives up, is passed over', async () => {
    const lock = make();
    const guard = await lock.acquire();
    const { actors, order, done } = await queueUp(lock);
    const aborted = lock.acquire({ timeout: 20 });
    await expect(aborted).rejects.toThrow(expect.objectContaining({ code: 'ERR_LOCK_TIMEOUT' }));
    actors[0].child.kill('SIGKILL');
    await actors[0].ended;
    guard.release();
    await expect(done[0]).rejects.toThrow(/ended before/);
    await Promise.all(done.slice(1));
    expect(order).toEqual(['second', 'here', 'third']);
  });

  it('all who open it say the same', () => {
    const directory = temporaryFolder();
    const lock = Lock.open('it', { directory });
    onTestFinished(() => lock.close());
    const invalid = expect.objectContaining({ code: 'ERR_LOCK_INVALID_OPTION' });
    expect(() => Lock.open('it', { directory, fair: true })).toThrow(invalid);
    expect(() => Lock.open('it', { directory, fair: 'yes' as unknown as boolean })).toThrow(invalid);
  });
});
