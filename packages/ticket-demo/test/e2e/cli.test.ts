/** The command, as it is installed: what it prints where, how it ends, and what it leaves behind. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childPids, runProgram, spawnProgram, temporaryFolder, waitFor } from '@tooling/testkit';
import type { SaleReport } from 'ticket-demo';
import { describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Quick, and everyone thinks: a load for tests that are not about the load. */
const small = ['--buyers', '3', '--tickets', '2', '--think', '2..5'];

describe('usage', () => {
  it('--help and --version', async () => {
    const help = await runProgram([cli, '--help']);
    expect(help).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringMatching(/^The ticket race/),
    });
    expect(await runProgram([cli, '--version'])).toMatchObject({
      exitCode: 0,
      stdout: `${manifest.version}\n`,
    });
  });

  it.each([[[]], [['sell']], [['run', '--buyers', '0']], [['run', '--svg=']]])(
    '%j: status 2, a hint, nothing on standard output',
    async (args) => {
      const { exitCode, stdout, stderr } = await runProgram([cli, ...args]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/^ticket-demo: .+\nSee ticket-demo --help\.\n$/);
    },
  );

  it('an unknown strategy: names the known', async () => {
    const { exitCode, stderr } = await runProgram([cli, 'run', '--strategy', 'hope']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'There is no strategy "hope"; known are none, join, lock, file-lock, optimistic, queue.',
    );
  });
});

describe('run', () => {
  it.each(['join', 'lock', 'file-lock', 'optimistic', 'queue'])(
    '%s: status 0, the audit holds',
    async (strategy) => {
      const { exitCode, stdout, stderr } = await runProgram([cli, 'run', '--strategy', strategy, ...small]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain(`${strategy}: the audit holds`);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('none: status 0, and said plainly', async () => {
    const { exitCode, stdout } = await runProgram([cli, 'run', '--strategy', 'none']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/none: wrong, as expected/);
    expect(stdout).toMatch(/tickets were sold; there were 3/);
  });

  it('a lock that keeps nobody out: status 1', async () => {
    const broken = new URL('../programs/broken-lock.mjs', import.meta.url).href;
    const { exitCode, stdout } = await runProgram([cli, 'run', '--strategy', 'file-lock'], {
      env: { ...process.env, NODE_OPTIONS: `--import ${broken}` },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('file-lock: THE AUDIT FAILED');
  });

  it('compare: a line for each strategy', async () => {
    const { exitCode, stdout } = await runProgram([cli, 'compare', ...small, '--kill', '1']);
    expect(exitCode).toBe(0);
    for (const name of ['none', 'join', 'lock', 'file-lock', 'optimistic', 'queue'])
      expect(stdout).toMatch(new RegExp(`^${name} +\\d`, 'm'));
  });
});

describe('--svg', () => {
  it('draws the sales beside what is printed', async () => {
    const file = join(temporaryFolder(), 'sales.svg');
    const { exitCode, stdout } = await runProgram([cli, 'compare', ...small, '--json', '--svg', file]);
    expect(exitCode).toBe(0);
    const { reports } = JSON.parse(stdout) as { reports: SaleReport[] };
    const svg = readFileSync(file, 'utf8');
    for (const { strategy } of reports) expect(svg).toContain(`>${strategy}</text>`);
  });

  it('that can not be written: status 2, the report is printed all the same', async () => {
    const { exitCode, stdout, stderr } = await runProgram([cli, 'run', ...small, '--svg', '/no/such/x.svg']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('the audit holds');
    expect(stderr).toContain("--svg: the picture can't be written: ENOENT");
  });
});

describe('--json', () => {
  const number = expect.any(Number);
  const shape = {
    strategy: 'lock',
    promised: true,
    violations: [],
    load: { buyers: 3, processes: 3, think: [2, 5], kill: 1, seed: 7 },
    database: null,
    ticketsBefore: 2,
    sold: number,
    left: number,
    oversold: 0,
    soldTwice: 0,
    lostUpdates: 0,
    soldToOthers: 0,
    served: number,
    refused: number,
    killed: 1,
    openedAt: number,
    startup: number,
    time: number,
    purchasesPerSecond: number,
    wait: { mean: number, p99: number },
    buyers: expect.any(Array),
  };

  it('prints the report, and nothing else', async () => {
    const { stdout, stderr, exitCode } = await runProgram([
      cli,
      'run',
      ...small,
      '--kill',
      '1',
      '--seed',
      '7',
      '--json',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const report = JSON.parse(stdout) as SaleReport;
    expect(report).toEqual(shape);
    expect(report.buyers.map(({ buyer }) => buyer)).toEqual(['buyer-1', 'buyer-2', 'buyer-3']);
    for (const buyer of report.buyers) {
      expect(buyer).toEqual({
        buyer: expect.any(String),
        pid: number,
        outcome: expect.stringMatching(/^(served|refused|killed)$/),
        ticket: buyer.ticket === null ? null : number,
        wait: buyer.wait === null ? null : number,
        timeline: expect.any(Array),
      });
      expect(buyer.timeline.length).toBeGreaterThan(0);
      for (const interval of buyer.timeline) {
        expect(interval).toEqual({
          phase: expect.stringMatching(/^(searching|waiting|critical)$/),
          start: number,
          end: number,
        });
      }
    }
  });

  it('of a comparison is one object too', async () => {
    const { stdout } = await runProgram([cli, 'compare', ...small, '--json']);
    const { reports } = JSON.parse(stdout) as { reports: SaleReport[] };
    expect(reports.map(({ strategy }) => strategy)).toEqual([
      'none',
      'join',
      'lock',
      'file-lock',
      'optimistic',
      'queue',
    ]);
  });
});

describe('a database that cannot be used', () => {
  it('truncated: status 2, says what to do, and leaves it alone', async () => {
    const database = join(temporaryFolder(), 'db.json');
    writeFileSync(database, '{"tickets": 3, "sal');
    const { exitCode, stdout, stderr } = await runProgram([cli, 'run', '--db', database, '--json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/is not JSON .*Repair the file, or delete it.*\(ERR_TICKET_DATABASE_INVALID\)\n$/);
    expect(readFileSync(database, 'utf8')).toBe('{"tickets": 3, "sal');
  });

  it('in a folder that is not there', async () => {
    const database = join(temporaryFolder(), 'nowhere', 'db.json');
    const { exitCode, stderr } = await runProgram([cli, 'run', '--strategy', 'none', '--db', database]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Make its folder first\. \(ERR_TICKET_DATABASE_WRITE\)/);
  });

  it.runIf(existsSync('/sys/kernel'))('where nobody may write', async () => {
    const { exitCode, stderr } = await runProgram([
      cli,
      'run',
      '--strategy',
      'none',
      '--db',
      '/sys/kernel/db.json',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/can't be written: (EACCES|EPERM|EROFS).*\(ERR_TICKET_DATABASE_WRITE\)/);
  });

  it('on a disk that takes nothing more: the buyer says why, and the old content stays', async () => {
    const folder = temporaryFolder();
    const database = join(folder, 'db.json');
    writeFileSync(database, '{"tickets": 3}');
    // No file may grow beyond 0 bytes: a write fails as on a full disk.
    const limited = `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`;
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', limited, process.execPath, cli, 'run', '--strategy', 'none', '--db', database],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /buyer-\d+ \(pid \d+\) failed, and the sale was stopped: .*can't be written: EFBIG/,
    );
    expect(readFileSync(database, 'utf8')).toBe('{"tickets": 3}');
    expect(readdirSync(folder)).toEqual(['db.json']);
  });
});

describe('ended from outside', () => {
  /** Starts a long sale and waits until its buyers are there. */
  async function longSale(strategy: string) {
    const folder = temporaryFolder();
    const program = spawnProgram(
      [
        cli,
        'run',
        '--strategy',
        strategy,
        '--buyers',
        '3',
        '--think',
        '60000',
        '--db',
        join(folder, 'db.json'),
      ],
      { env: { ...process.env, TMPDIR: mkdirIn(folder, 'tmp') }, detached: true },
    );
    const buyers = await waitFor('three buyers', () => {
      const pids = childPids(program.pid).map(({ pid }) => pid);
      return pids.length === 3 ? pids : undefined;
    });
    return { ...program, buyers, temporary: join(folder, 'tmp') };
  }

  function mkdirIn(folder: string, name: string): string {
    mkdirSync(join(folder, name));
    return join(folder, name);
  }

  const allGone = (pids: readonly number[]) => pids.every((pid) => !existsSync(`/proc/${pid}`));

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: no buyer and no file is left', async (signal) => {
    const { child, ended, buyers, temporary } = await longSale('lock');
    child.kill(signal);
    const result = await ended;
    expect(result).toMatchObject({ exitCode: null, signal, stdout: '' });
    expect(result.stderr).toBe('ticket-demo: the sale was called off; no buyer is left.\n');
    expect(allGone(buyers)).toBe(true);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('Ctrl-C, which the buyers get too', async () => {
    const { pid, ended, buyers, temporary } = await longSale('file-lock');
    process.kill(-pid, 'SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT', stdout: '' });
    expect(allGone(buyers)).toBe(true);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('SIGKILL: the buyers go with it', async () => {
    const { child, ended, buyers } = await longSale('none');
    child.kill('SIGKILL');
    await ended;
    expect(await waitFor('the end of the buyers', () => allGone(buyers))).toBe(true);
  });

  it('a reader that has seen enough', async () => {
    const { status, stderr } = spawnSync(
      'bash',
      [
        '-c',
        '"$0" "$@" | head -c 1; exit "${PIPESTATUS[0]}"',
        process.execPath,
        cli,
        'run',
        '--strategy',
        'none',
        '--json',
      ],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
