/** Consumers of one queue are killed, again and again: nobody sees an item twice, and none is lost but by its taker. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, waitFor } from '@tooling/testkit';
import { Process, Queue, startMethods, stopForkServer } from 'core-process';
import { afterEach, expect, it } from 'vitest';

afterEach(stopForkServer);

const KILLS = 40;
const CONSUMERS = 3;

it('kills of consumers lose what each had just taken, and nothing else', async () => {
  const path = join(temporaryFolder(), 'items');
  using queue = new Queue<number>();
  const start = () =>
    new Process({
      target: new URL('../programs/queue-tasks.mjs#writeDown', import.meta.url) as never,
      args: [queue, path] as never,
      startMethod: startMethods().includes('forkserver') ? 'forkserver' : 'spawn',
      stdio: 'ignore',
    }).start();
  const consumers = Array.from({ length: CONSUMERS }, start);
  const written = () => {
    try {
      return readFileSync(path, 'latin1').trim().split('\n').map(Number);
    } catch (error) {
      // Not there before the first one is up.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return [];
    }
  };
  let last = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const before = written().length;
    for (let count = 0; count < 200; count++) await queue.put(++last);
    await waitFor('some of them to be taken', () => written().length > before);
    const index = Math.floor(Math.random() * CONSUMERS);
    const victim = consumers[index] as Process<never[]>;
    victim.kill();
    await victim.join();
    consumers[index] = start();
  }
  await waitFor('all to be taken', async () => (await queue.size()) === 0);
  for (const consumer of consumers) consumer.kill();
  await Promise.all(consumers.map((consumer) => consumer.join()));
  const items = written();
  expect(new Set(items).size).toBe(items.length);
  // One that was taken, and not written down yet, dies with its taker.
  expect(items.length).toBeGreaterThanOrEqual(last - KILLS - CONSUMERS);
  console.log(`${KILLS} kills: ${last - items.length} of ${last} items lost with their takers`);
});
