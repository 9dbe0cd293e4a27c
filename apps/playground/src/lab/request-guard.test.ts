import { describe, expect, it } from 'vitest';
import { checkKey, checkSite, makeKey } from './request-guard.js';

const PORT = 4870;
const site = (headers: Record<string, string>) => () => checkSite(headers, PORT);

describe('checkSite', () => {
  it('lets the lab’s own page in', () => {
    expect(site({ host: '127.0.0.1:4870' })).not.toThrow();
    expect(site({ host: 'localhost:4870', origin: 'http://localhost:4870' })).not.toThrow();
  });

  it.each([
    [{}],
    [{ host: 'evil.example:4870' }],
    [{ host: '127.0.0.1' }],
    [{ host: '127.0.0.1:4871' }],
    [{ host: '127.0.0.1.evil.example:4870' }],
  ])('keeps out the host %o', (headers) => {
    expect(site(headers)).toThrow(expect.objectContaining({ status: 403, code: 'ERR_LAB_HOST' }));
  });

  it.each([
    'https://evil.example',
    'http://127.0.0.1:3000',
    'https://127.0.0.1:4870',
    'null',
    'http://127.0.0.1:4870.evil.example',
  ])('keeps out the origin %s', (origin) => {
    expect(site({ host: '127.0.0.1:4870', origin })).toThrow(
      expect.objectContaining({ status: 403, code: 'ERR_LAB_ORIGIN' }),
    );
  });
});

describe('checkKey', () => {
  const key = makeKey();
  const at = (query = '') => new URL(`http://127.0.0.1/api/lab${query}`);

  it('takes the key in the header or in the address', () => {
    expect(() => checkKey({ 'x-lab-key': key }, at(), key)).not.toThrow();
    expect(() => checkKey({}, at(`?key=${key}`), key)).not.toThrow();
  });

  it('keeps out whoever has none, part of it, or another', () => {
    for (const given of ['', key.slice(1), `${key}x`, makeKey()]) {
      expect(() => checkKey({ 'x-lab-key': given }, at(), key)).toThrow(
        expect.objectContaining({ status: 401, code: 'ERR_LAB_KEY' }),
      );
    }
  });

  it('keeps out other sites even with the key', () => {
    for (const from of ['cross-site', 'same-site', 'none']) {
      expect(() => checkKey({ 'x-lab-key': key, 'sec-fetch-site': from }, at(), key)).toThrow(
        expect.objectContaining({ status: 403 }),
      );
    }
  });
});
