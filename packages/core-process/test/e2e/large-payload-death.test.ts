/** Workers killed while buffers are on their way whose pages are mapped, not copied (os/mapped-payload.ts). */
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@tooling/testkit';
import { Pool, startMethods } from 'core-process';
import { expect, it } from 'vitest';
import * as tasks from '../programs/pool-tasks.mjs';

const KILLS = 12;
const LANES = 3;
const SIZES = [1 << 20, 5 << 20, 40 << 20];

/** Memory of this process that others can read. */
function sharedPieces(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('/dev/shm');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return false;
    }
  });
}

// Without FFI they are copied, which pool-death-streams.test.ts is about.
it.skipIf(!startMethods().includes('forkserver'))(
  'every answer is whole, and stays so; what was on its way fails alone; no memory is kept',
  async () => {
    const before = sharedPieces().length;
    const pool = new Pool({ processes: 2 });
    const answers: { readonly letter: number; readonly size: number; readonly answer: Buffer }[] = [];
    const count = { asked: 0, answered: 0, kills: 0 };
    const lane = async (): Promise<void> => {
      while (count.kills < KILLS) {
        const number = count.asked++;
        const letter = 97 + (number % 26);
        const size = SIZES[number % SIZES.length] as number;
        try {
          const answer = await pool.apply(tasks.echo, [Buffer.alloc(size, letter)]);
          count.answered++;
          // The last few are kept, and looked at again when others have died.
          answers.push({ letter, size, answer });
          for (const each of answers.splice(0, answers.length - 6)) expectWhole(each);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_WORKER_DIED', signal: 'SIGKILL' });
        }
      }
    };
    const expectWhole = ({ letter, size, answer }: (typeof answers)[number]) => {
      expect(answer.equals(Buffer.alloc(size, letter))).toBe(true);
    };
    const killer = async (): Promise<void> => {
      for (let last = 0; count.kills < KILLS; last = count.answered) {
        // And none that still starts: three such in a row break a pool.
        const enough = last + LANES;
        await waitFor('more answers', () => count.answered >= enough);
        await sleep(Math.random() * 60);
        const workers = pool.metrics().workers.filter(({ state }) => state === 'ready');
        const victim = workers[Math.floor(Math.random() * workers.length)];
        if (victim?.pid === undefined) continue;
        process.kill(victim.pid, 'SIGKILL');
        count.kills++;
      }
    };
    await Promise.all([killer(), ...Array.from({ length: LANES }, lane)]);

    expect(answers.length).toBeGreaterThan(0);
    for (const each of answers.splice(0)) expectWhole(each);
    expect(await pool.apply(tasks.echo, [Buffer.from('goes on')])).toEqual(Buffer.from('goes on'));
    pool.close();
    await pool.join();
    await waitFor('all memory to be given back', () => sharedPieces().length === before);
  },
);
