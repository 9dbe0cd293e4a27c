/** The command, as its users and their programs meet it. */
import { fileURLToPath } from 'node:url';
import { runProgram, spawnProgram } from '@tooling/testkit';
import { experiments, groups } from 'playground';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/text-width.js';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const bare = { ...process.env, LC_ALL: '', LC_MESSAGES: '', LANG: 'en_US.UTF-8', COLUMNS: '80' };

const playground = (args: readonly string[], env: Record<string, string> = {}) =>
  runProgram([cli, ...args], { env: { ...bare, ...env } });

const isolation = experiments.filter(({ id }) => id.startsWith('isolation/')).length;

const widest = (text: string) => Math.max(...text.split('\n').map(textWidth));

describe('list', () => {
  it('names every experiment, within 80 columns and without colours', async () => {
    const { exitCode, stdout, stderr } = await playground(['list']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const { id } of experiments) expect(stdout).toContain(id);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001B');
  });

  it('is data with --json', async () => {
    const { stdout } = await playground(['list', '--json']);
    expect(JSON.parse(stdout)).toEqual(
      experiments.map(({ id, claim }) => ({ id, group: id.split('/')[0], claim })),
    );
  });

  it('speaks Chinese by --lang and by LANG, within 80 columns', async () => {
    const asked = await playground(['list', '--lang', 'zh']);
    const usual = await playground(['list'], { LANG: 'zh_CN.UTF-8' });
    expect(asked.stdout).toContain('进程');
    expect(usual.stdout).toBe(asked.stdout);
    expect(widest(asked.stdout)).toBeLessThanOrEqual(80);
  });
});

describe('run', () => {
  it('tells claim, code, figures, verdict and control', async () => {
    const { exitCode, stdout } = await playground(['run', 'identity/names']);
    expect(exitCode).toBe(0);
    const [experiment] = experiments.filter(({ id }) => id === 'identity/names');
    expect(stdout).toContain(experiment?.code.split('\n')[0]);
    expect(stdout).toMatch(/^Measured {2}the child says that it is “ticket clerk”/m);
    expect(stdout).toMatch(/^Verdict {3}holds \(/m);
    expect(stdout).toMatch(/^Control {3}no name given$/m);
    expect(stdout).toMatch(/^Verdict {3}does not hold, as it must be without the cause$/m);
  });

  it('tells several, in Chinese too', async () => {
    const { exitCode, stdout } = await playground(['run', 'isolation', '--lang', 'zh']);
    expect(exitCode).toBe(0);
    expect(stdout.match(/^结论 {2}成立/gm)).toHaveLength(isolation);
    expect(stdout.match(/^对照/gm)).toHaveLength(isolation);
  });

  it('is data with --json, control included', async () => {
    const { exitCode, stdout } = await playground(['run', 'creating/by-target', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      node: process.version,
      held: 1,
      failed: 0,
      skipped: 0,
      experiments: [{ id: 'creating/by-target', verdict: 'holds', control: { verdict: 'does-not-hold' } }],
    });
  });
});

describe('verify', () => {
  it('prints a table and a sentence; a line for each on standard error as it finishes', async () => {
    const { exitCode, stdout, stderr } = await playground(['verify', 'identity', 'creating/by-target']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Claim +Measured +Verdict$/m);
    expect(stdout.match(/✓ holds$/gm)).toHaveLength(4);
    expect(stdout).toMatch(/^All 4 claims hold\. Measured in [\d.]+ s\.$/m);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^\[1\/4] creating\/by-target: holds, /),
      expect.stringMatching(/^\[2\/4] identity\/pid-and-ppid: holds, /),
      expect.stringMatching(/^\[3\/4] identity\/current-and-parent: holds, /),
      expect.stringMatching(/^\[4\/4] identity\/names: holds, /),
      expect.stringContaining('npm run lab'),
    ]);
  });

  it('is one object with --json, with figures and both languages', async () => {
    const { exitCode, stdout } = await playground(['verify', 'isolation', '--json']);
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ held: isolation, failed: 0, skipped: 0, platform: process.platform });
    expect(report.experiments[0]).toMatchObject({
      id: 'isolation/child-change-unseen',
      group: 'isolation',
      verdict: 'holds',
      figures: { before: 100, changedTo: 0, inParent: 100 },
      measured: { en: expect.stringContaining('100'), zh: expect.stringContaining('100') },
    });
    expect(report.experiments[0].control).toBeUndefined();
  });

  it('measures controls when asked', async () => {
    const { exitCode, stdout } = await playground(['verify', 'identity/names', '--controls', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).experiments[0].control).toMatchObject({ verdict: 'does-not-hold' });
  });

  it('ended by Ctrl-C, leaves no process and says so', async () => {
    const running = spawnProgram([cli, 'run', 'ending/daemon-normal-exit'], { env: bare });
    await running.line(/^ending\/daemon-normal-exit$/);
    running.child.kill('SIGINT');
    const { signal, stderr } = await running.ended;
    // The census that follows this file finds what was left.
    expect({ signal, stderr }).toEqual({
      signal: 'SIGINT',
      stderr: 'playground: called off; no process is left.\n',
    });
  });
});

describe('help and wrong usage', () => {
  it.each([[['--help']], [['-h']], [['verify', '--help']], [[]]])('%j helps', async (args) => {
    const { exitCode, stdout, stderr } = await playground(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('playground verify [ID…]');
    expect(widest(stdout)).toBeLessThanOrEqual(90);
  });

  it.each([
    [['verfy'], 'There is no command "verfy": list, verify, run or lab.'],
    [['--json'], 'There is no command "": list, verify, run or lab.'],
    [['run'], 'Say which experiment to run, as in: playground run ending/zombie'],
    [
      ['run', 'ending/zombi'],
      'There is no experiment or group "ending/zombi"; did you mean "ending/zombie".',
    ],
    [['verify', 'nothing-like-it'], 'There is no experiment or group "nothing-like-it".'],
    [['list', 'creating'], 'list takes no argument, and "creating" was given.'],
    [['list', '--controls'], '--controls is not for list.'],
    [['list', '--lang', 'fr'], '--lang is "fr"; give en or zh.'],
    [['list', '--colour'], 'There is no option "--colour".'],
    [['list', '--lang'], '--lang needs a value.'],
    [['list', '--port', '1'], '--port is not for list.'],
    [['lab', '--port'], '--port needs a value.'],
    [['lab', '--json'], '--json is not for lab.'],
    [['lab', 'now'], 'lab takes no argument, and "now" was given.'],
    [['list', '--json=yes'], '--json takes no value.'],
    [['list', '--lang', 'zh', '--colour'], '没有选项“--colour”。'],
  ])('%j is refused with a sentence and status 2', async (args, sentence) => {
    const { exitCode, stdout, stderr } = await playground(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`playground: ${sentence}`);
    expect(stderr).not.toContain('    at ');
  });

  it('knows its groups', async () => {
    const { stdout } = await playground(['list', '--json']);
    const found = new Set((JSON.parse(stdout) as { group: string }[]).map(({ group }) => group));
    expect([...found]).toEqual(groups);
  });
});
