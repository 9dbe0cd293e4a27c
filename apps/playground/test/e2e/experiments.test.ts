/**
 * Each experiment on real processes: its claim holds, and with the cause removed it does not.
 *
 * By the command, in a Node of its own: here, vitest would come between a function and where it was defined.
 */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { type ExperimentResult, experiments } from 'playground';
import { describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

describe.each(experiments.map(({ id }) => id))('%s', (id) => {
  it('holds, and its control gets the opposite verdict', async (context) => {
    const { exitCode, stdout } = await runProgram([cli, 'run', id, '--json']);
    const [result] = (JSON.parse(stdout) as { experiments: ExperimentResult[] }).experiments;
    // The reason is that of the experiment: this platform can't show it.
    if (result?.verdict === 'skipped') return context.skip(result.reason.en);
    expect(result).toMatchObject({
      id,
      verdict: 'holds',
      measured: { en: expect.stringMatching(/./), zh: expect.stringMatching(/./) },
      control: { verdict: 'does-not-hold', figures: expect.any(Object) },
    });
    expect(exitCode).toBe(0);
    return undefined;
  });
});
