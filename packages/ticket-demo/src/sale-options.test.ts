import { describe, expect, it } from 'vitest';
import { resolveSaleOptions, type SaleOptions } from './sale-options.js';
import { none } from './strategies/none.js';

const resolve = (options: unknown) => resolveSaleOptions(options as SaleOptions);

describe('resolveSaleOptions', () => {
  it('fills in the defaults', () => {
    expect(resolveSaleOptions()).toMatchObject({
      strategy: { name: 'lock' },
      buyers: 10,
      tickets: undefined,
      think: [10, 30],
      processes: 10,
      kill: 0,
      seed: 1,
      start: 'spawn',
      database: undefined,
    });
    expect(resolveSaleOptions({ buyers: 40 }).processes).toBe(16);
  });

  it('names each run differently', () => {
    expect(resolveSaleOptions().run).not.toBe(resolveSaleOptions().run);
  });

  it.each<[unknown, string]>([
    [null, 'options'],
    [{ buyers: 0 }, 'buyers'],
    [{ buyers: 2.5 }, 'buyers'],
    [{ buyers: '10' }, 'buyers'],
    [{ tickets: -1 }, 'tickets'],
    [{ tickets: 1n }, 'tickets'],
    [{ think: 5 }, 'think'],
    [{ think: [5] }, 'think'],
    [{ think: [20, 5] }, 'think'],
    [{ think: [0, Infinity] }, 'think'],
    [{ think: [Number.NaN, 5] }, 'think'],
    [{ processes: 0 }, 'processes'],
    [{ kill: 11 }, 'kill'],
    [{ seed: -1 }, 'seed'],
    [{ seed: Number.NaN }, 'seed'],
    [{ start: 'fork' as never }, 'start'],
    [{ database: '' }, 'database'],
    [{ database: 7 }, 'database'],
    [{ signal: {} }, 'signal'],
    [{ onEvent: 'x' }, 'onEvent'],
    [{ strategy: 'hope' }, 'strategy'],
    [{ strategy: 7 }, 'strategy'],
    [{ strategy: { ...none, name: '' } }, 'strategy'],
    [{ strategy: { ...none, correct: undefined } }, 'strategy'],
    [{ strategy: { ...none, exclusive: 1 } }, 'strategy'],
    [{ strategy: { ...none, arrival: 'late' } }, 'strategy'],
    [{ strategy: { ...none, buy: () => undefined } }, 'strategy'],
    [{ strategy: { ...none, buy: { module: './mine.mjs', export: 'buy' } } }, 'strategy'],
    [{ strategy: { ...none, buy: { module: import.meta.url } } }, 'strategy'],
    [{ strategy: { ...none, prepare: true } }, 'strategy'],
  ])('refuses %o, naming the option', (options, option) => {
    expect(() => resolve(options)).toThrow(
      expect.objectContaining({ code: 'ERR_TICKET_INVALID_OPTION', option }),
    );
  });
});
