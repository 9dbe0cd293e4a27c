import { expect, it } from 'vitest';
import { InvalidOptionError } from './errors.js';
import { resolveWait, type WaitOptions } from './wait-options.js';

it('fills in what was not given', () => {
  const complete = { timeout: Infinity, signal: undefined, shared: false };
  expect(resolveWait(undefined)).toEqual(complete);
  expect(resolveWait({ timeout: undefined, signal: undefined, shared: undefined })).toEqual(complete);
});

it.each([
  [{ timeout: -1 }, 'timeout'],
  [{ timeout: Number.NaN }, 'timeout'],
  [{ timeout: '1000' }, 'timeout'],
  [{ timeout: null }, 'timeout'],
  [{ timeout: Object.create(null) }, 'timeout'],
  [{ signal: null }, 'signal'],
  [{ signal: {} }, 'signal'],
  [{ signal: Symbol('signal') }, 'signal'],
  [{ shared: 1 }, 'shared'],
  [5, 'options'],
  [null, 'options'],
])('refuses %o and names %s', (given, option) => {
  const attempt = () => resolveWait(given as WaitOptions);
  expect(attempt).toThrow(InvalidOptionError);
  expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_LOCK_INVALID_OPTION', option }));
});
