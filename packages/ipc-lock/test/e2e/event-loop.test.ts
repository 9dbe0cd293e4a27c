/** What waits cost the rest of the process: nothing (contract, promise 3). And how a process with locks ends. */
import { readdirSync } from 'node:fs';
import { runProgram, spawnProgram, temporaryFolder } from '@tooling/testkit';
import { Lock } from 'ipc-lock';
import { expect, it } from 'vitest';
import { describeBackEnds } from '../back-ends.js';
import { program } from '../holder-program.js';

function holdAll(directory: string): Lock[] {
  const locks = Array.from({ length: 200 }, (_, index) => Lock.open(`lock ${index}`, { directory }));
  for (const lock of locks) lock.acquireSync();
  return locks;
}

describeBackEnds(() => {
  it('with 200 pending waits, timers, files, DNS and crypto go on, and all are had when they are free', async () => {
    const directory = temporaryFolder();
    const locks = holdAll(directory);
    const other = spawnProgram([program('pending-waits.mjs'), directory, 'release']);
    await other.line(/^ready for the locks$/);
    for (const lock of locks) lock.close();
    expect(await other.ended).toEqual({
      stdout: 'waiting\ndid other things\nready for the locks\nhad them all\n',
      stderr: '',
      exitCode: 0,
      signal: null,
    });
  });

  it('process.exit() is not held up by 200 pending waits', async () => {
    const directory = temporaryFolder();
    const locks = holdAll(directory);
    const { stdout, exitCode } = await runProgram([program('pending-waits.mjs'), directory, 'exit']);
    expect({ stdout, exitCode }).toEqual({ stdout: 'waiting\ndid other things\nexits\n', exitCode: 0 });
    for (const lock of locks) lock.close();
  });

  it('a process ends by itself although locks are open, and takes its anonymous files along', async () => {
    const directory = temporaryFolder();
    const { stdout, stderr, exitCode } = await runProgram([program('open-and-end.mjs'), directory]);
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'ERR_LOCK_TIMEOUT\nERR_LOCK_TIMEOUT\nend\n',
      stderr: '',
      exitCode: 0,
    });
    expect(readdirSync(directory).filter((file) => !/^it\.[0-9a-f]+\.lock$|^file$/.test(file))).toEqual([]);
  });

  it('one that is collected while it is held is warned of, and stays held; one that is not leaves nothing', async () => {
    const directory = temporaryFolder();
    const { stdout, exitCode } = await runProgram(['--expose-gc', program('drop-held.mjs'), directory]);
    expect({ stdout, exitCode }).toEqual({ stdout: 'WARN_LOCK_COLLECTED\ntrue\n', exitCode: 0 });
    expect(readdirSync(directory)).toHaveLength(1);
  });
});
