/** A strategy of the reader's own, and all the ways in which it can go wrong. */
import { runSale, type Strategy } from 'ticket-demo';
import { describe, expect, it } from 'vitest';

function own(name: string, more: Partial<Strategy> = {}): Strategy {
  return {
    name: 'own',
    summary: 'a test',
    correct: false,
    exclusive: false,
    arrival: 'together',
    buy: { module: new URL('../programs/strategies.mjs', import.meta.url), export: name },
    ...more,
  };
}

describe('a strategy of your own', () => {
  it('runs in each buyer, with what prepare() gave', async () => {
    const closed: string[] = [];
    const strategy = own('buyOnDay', {
      correct: true,
      arrival: 'one-by-one',
      prepare: ({ databaseFile }) => ({
        shared: { day: 'Monday' },
        close: () => void closed.push(databaseFile),
      }),
    });
    const report = await runSale({ strategy, buyers: 3, tickets: 2 });
    expect(report).toMatchObject({ strategy: 'own', promised: true, violations: [], sold: 2, refused: 1 });
    expect(closed).toEqual([expect.stringMatching(/db\.json$/)]);
  });

  it('can put the steps together in its own way', async () => {
    const report = await runSale({
      strategy: own('buyHastily', { arrival: 'one-by-one' }),
      buyers: 2,
      tickets: 1,
    });
    expect(report).toMatchObject({ violations: [], sold: 1, refused: 1 });
    expect(report.buyers[0]?.timeline.at(-1)?.phase).toBe('critical');
  });

  it('that promises too much is found out', async () => {
    const report = await runSale({ strategy: own('buy', { correct: true, exclusive: true }) });
    expect(report.promised).toBe(true);
    expect(report.violations.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['oversold', 'lost-update', 'sold-twice', 'together-in-critical-section']),
    );
  });

  it('that lies about its tickets is found out', async () => {
    const report = await runSale({ strategy: own('lie', { correct: true }), buyers: 2, tickets: 2 });
    expect(report.violations.map(({ rule }) => rule)).toEqual(['lost-update', 'sold-twice']);
  });
});

describe('a buyer that fails stops the sale', () => {
  it('with the error as the cause, and what was shared is let go', async () => {
    let closed = 0;
    const strategy = own('fail', { prepare: () => ({ close: () => void closed++ }) });
    await expect(runSale({ strategy, buyers: 3 })).rejects.toMatchObject({
      code: 'ERR_TICKET_BUYER_FAILED',
      buyer: expect.stringMatching(/^buyer-[123]$/),
      pid: expect.any(Number),
      message: expect.stringContaining('the till is jammed'),
      cause: { name: 'RangeError', code: 'ERR_TILL' },
    });
    expect(closed).toBe(1);
  });

  it('the others too, though they would wait for ever', async () => {
    await expect(runSale({ strategy: own('failForOne'), buyers: 4 })).rejects.toMatchObject({
      buyer: 'buyer-2',
    });
  });

  it.each<[string, Strategy, RegExp]>([
    ['no such export', own('nowhere'), /exports no function "nowhere"/],
    ['no function', own('notAFunction'), /exports no function "notAFunction"/],
    [
      'no such module',
      own('buy', { buy: { module: new URL('./missing.mjs', import.meta.url), export: 'buy' } }),
      /missing\.mjs/,
    ],
    ['no receipt', own('sayNothing'), /gave no receipt/],
    ['process.exit()', own('walkOut'), /exit code 3/],
  ])('%s', async (_, strategy, problem) => {
    const failing = runSale({ strategy, buyers: 2 });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_TICKET_BUYER_FAILED' });
    await expect(failing).rejects.toThrow(problem);
  });

  it('what cannot be sent', async () => {
    const strategy = own('buy', { prepare: () => ({ shared: { callback: () => undefined } }) });
    await expect(runSale({ strategy, buyers: 2 })).rejects.toThrow(/args\[1\]\.callback/);
  });

  it('an error of prepare() is passed on', async () => {
    const strategy = own('buy', { prepare: () => Promise.reject(new Error('no till')) });
    await expect(runSale({ strategy })).rejects.toThrow('no till');
  });
});

describe('calling a sale off', () => {
  it('before it has begun', async () => {
    await expect(runSale({ signal: AbortSignal.abort('closed') })).rejects.toBe('closed');
  });

  it.each(['begun', 'started', 'opened', 'phase', 'ended'])('at «%s»', async (kind) => {
    const calledOff = new AbortController();
    const pids: number[] = [];
    const selling = runSale({
      strategy: 'lock',
      buyers: 4,
      signal: calledOff.signal,
      onEvent: (event) => {
        if (event.kind === 'started' && event.pid !== undefined) pids.push(event.pid);
        if (event.kind === kind) calledOff.abort(new Error('fire'));
      },
    });
    await expect(selling).rejects.toThrow('fire');
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('by an error of onEvent', async () => {
    const selling = runSale({
      strategy: 'none',
      onEvent: ({ kind }) => {
        if (kind === 'phase') throw new TypeError('no such element');
      },
    });
    await expect(selling).rejects.toThrow('no such element');
  });
});
