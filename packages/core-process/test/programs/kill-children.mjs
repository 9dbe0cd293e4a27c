/** Kills a process' fork servers and copies, one at random, every so many milliseconds on average, until it is told to stop. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , owner, pause] = process.argv;
process.on('SIGTERM', () => process.exit(0));
for (;;) {
  await sleep(2 * Math.random() * Number(pause));
  const children = readFileSync(`/proc/${owner}/task/${owner}/children`, 'latin1').trim().split(' ');
  const victims = children.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('fork-server.js');
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
  const victim = victims[Math.floor(Math.random() * victims.length)];
  if (victim === undefined) continue;
  try {
    process.kill(Number(victim), 'SIGKILL');
    console.log(victim);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
