/** Buyers of other programs take part in a sale by file-lock: flock(1), and the Python program of the README. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@tooling/testkit';
import { lockFileOf, runSale, type TicketSale } from 'ticket-demo';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../programs/outside-buyer.mjs', import.meta.url));
const python = fileURLToPath(new URL('../../examples/buyer.py', import.meta.url));

const kinds: [string, string, (database: string, name: string) => string[]][] = [
  [
    'flock(1)',
    'flock',
    (database, name) => ['flock', lockFileOf(database), process.execPath, program, database, name],
  ],
  ['Python', 'python3', (database, name) => ['python3', python, database, name]],
];

const isThere = (command: string) => spawnSync(command, ['--version']).status === 0;

describe.each(kinds)('%s', (_, command, commandLine) => {
  // Only where the program is installed: it is not ours to bring.
  it.runIf(isThere(command))('buys while our buyers do, and nothing is lost', async () => {
    const database = join(temporaryFolder(), 'db.json');
    const outsiders: ChildProcess[] = [];
    const ends: Promise<unknown>[] = [];
    const names = ['out-1', 'out-2', 'out-3', 'out-4'];
    const report = await runSale({
      strategy: 'file-lock',
      database,
      buyers: 6,
      tickets: 20,
      processes: 2,
      // Long enough for a slow machine to start the others meanwhile.
      think: [300, 300],
      onEvent: (event) => {
        // The first of ours is in the critical section and one waits; the others are to come after these.
        if (event.kind !== 'phase' || event.phase !== 'critical' || outsiders.length > 0) return;
        for (const name of names) {
          const [file, ...args] = commandLine(database, name) as [string, ...string[]];
          const outsider = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
          outsiders.push(outsider);
          ends.push(once(outsider, 'exit'));
        }
      },
    });
    await Promise.all(ends);
    expect(outsiders.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);

    expect(report).toMatchObject({ violations: [], served: 6 });
    expect(report.soldToOthers).toBeGreaterThan(0);
    const after = JSON.parse(readFileSync(database, 'utf8')) as { tickets: number; sales: TicketSale[] };
    expect(after.tickets).toBe(10);
    expect(after.sales.map(({ ticket }) => ticket)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(after.sales.map(({ buyer }) => buyer)).toEqual(expect.arrayContaining(names));
  });
});

it('the Python program of the README is the one that is tested', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`python\n${readFileSync(python, 'utf8')}\`\`\``);
});
