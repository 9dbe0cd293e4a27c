/** Verdicts and exit status on real processes, when a claim does not hold, hangs, throws or can't be shown. */
import { activeChildren } from 'core-process';
import {
  type Experiment,
  exitStatusOf,
  experiments,
  NotPossibleHereError,
  runExperiment,
  verify,
} from 'playground';
import { describe, expect, it } from 'vitest';

const names = experiments.find(({ id }) => id === 'identity/names') as Experiment;
const stay = experiments.find(({ id }) => id === 'ending/terminate') as Experiment;

/** A real experiment whose cause is gone: what it measures is its control. */
const withoutCause: Experiment = { ...names, measure: (measuring) => names.control.measure(measuring) };

describe('verify', () => {
  it('has status 1 when one of several does not hold, and tells its figures', async () => {
    const summary = await verify([names, withoutCause]);
    expect(summary).toMatchObject({ held: 1, failed: 1, skipped: 0 });
    expect(exitStatusOf(summary)).toBe(1);
    expect(summary.results[1]).toMatchObject({
      verdict: 'does-not-hold',
      measured: { en: expect.stringMatching(/“Process-\d+”/) },
    });
  });

  it('has status 0 when all hold', async () => {
    expect(exitStatusOf(await verify([names]))).toBe(0);
  });

  it('stops when it is called off, and ends what was running', async () => {
    const calledOff = new AbortController();
    const reason = new Error('enough');
    const hangs: Experiment = {
      ...stay,
      measure: async (measuring) => {
        await stay.control.measure(measuring);
        calledOff.abort(reason);
        return await new Promise<never>(() => undefined);
      },
    };
    await expect(verify([hangs, names], { signal: calledOff.signal })).rejects.toBe(reason);
    expect(activeChildren()).toEqual([]);
  });
});

describe('runExperiment', () => {
  it('gives up what does not end, and ends its processes', async () => {
    let pid: number | undefined;
    const hangs: Experiment = {
      ...stay,
      measure: async (measuring) => {
        const url = new URL('../../dist/programs/ending.js#stay', import.meta.url);
        pid = measuring.start({ target: url }).pid;
        return await new Promise<never>(() => undefined);
      },
    };
    const result = await runExperiment(hangs, { bound: 200 });
    expect(result).toMatchObject({
      verdict: 'does-not-hold',
      error: { code: 'ERR_PLAYGROUND_TIMEOUT', message: 'The measurement was given up after 0.2 s.' },
    });
    expect(pid).toBeGreaterThan(0);
    expect(activeChildren()).toEqual([]);
  });

  it('tells the error of a child that fails', async () => {
    const fails: Experiment = {
      ...names,
      measure: ({ start }) =>
        start({ target: new URL('../../dist/programs/ending.js#fail', import.meta.url) }).result,
    };
    expect(await runExperiment(fails, { control: true })).toMatchObject({
      verdict: 'does-not-hold',
      error: { name: 'Error', message: 'failed on purpose' },
    });
  });

  it('does not believe a measurement whose control gets the same verdict', async () => {
    const blind: Experiment = {
      ...names,
      control: { ...names.control, measure: (each) => names.measure(each) },
    };
    expect(await runExperiment(blind, { control: true })).toMatchObject({
      verdict: 'does-not-hold',
      error: { code: 'ERR_PLAYGROUND_CONTROL' },
      control: { verdict: 'holds' },
    });
  });

  it('nor one whose control fails', async () => {
    const control = {
      ...names.control,
      measure: () => Promise.reject(new Error('no control today')),
    };
    expect(await runExperiment({ ...names, control }, { control: true })).toMatchObject({
      verdict: 'does-not-hold',
      error: { code: 'ERR_PLAYGROUND_CONTROL' },
      control: { verdict: 'does-not-hold', error: { message: 'no control today' } },
    });
  });

  it('skips what the platform can’t show, whether it is known before or found by trying', async () => {
    const reason = { en: 'no such thing here', zh: '这里没有' };
    const known: Experiment = {
      ...names,
      unavailable: () => reason,
      measure: () => Promise.reject(new Error('was measured all the same')),
    };
    const found: Experiment = { ...names, measure: () => Promise.reject(new NotPossibleHereError(reason)) };
    const summary = await verify([known, found, names]);
    expect(summary).toMatchObject({ held: 1, failed: 0, skipped: 2 });
    expect(summary.results.slice(0, 2)).toMatchObject([
      { verdict: 'skipped', reason },
      { verdict: 'skipped', reason },
    ]);
    expect(exitStatusOf(summary)).toBe(0);
  });
});
