/**
 * Who may talk to the lab: only a page that the lab has served itself, opened with the address that it printed.
 *
 * | check          | keeps out                                                                                |
 * | -------------- | ---------------------------------------------------------------------------------------- |
 * | loopback       | other machines (the server listens on 127.0.0.1 only)                                    |
 * | Host           | a foreign name that was made to resolve to 127.0.0.1 (DNS rebinding)                     |
 * | Origin         | other sites' scripts                                                                     |
 * | Sec-Fetch-Site | other sites' images, forms and navigations, which send no Origin                         |
 * | key            | other users of this machine, and whatever the rest let through                           |
 *
 * The key stands in the fragment of the address, which browsers send to nobody.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LabRequestError } from './lab-errors.js';
import { KEY_HEADER } from './protocol.js';

export function makeKey(): string {
  return randomBytes(16).toString('base64url');
}

/** Holds for every request, also for files, which are no secret. @throws LabRequestError 403 */
export function checkSite(headers: IncomingHttpHeaders, port: number): void {
  const hosts = ['127.0.0.1', 'localhost'].map((name) => (port === 80 ? name : `${name}:${port}`));
  if (headers.host === undefined || !hosts.includes(headers.host.toLowerCase())) {
    throw new LabRequestError(403, 'ERR_LAB_HOST', 'The lab answers to 127.0.0.1 and localhost only.');
  }
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
    throw new LabRequestError(403, 'ERR_LAB_ORIGIN', 'The lab answers to its own page only.');
  }
}

/** Holds for everything that reads from or acts on this machine. @throws LabRequestError 401, 403 */
export function checkKey(headers: IncomingHttpHeaders, url: URL, key: string): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') {
    throw new LabRequestError(403, 'ERR_LAB_ORIGIN', 'The lab answers to its own page only.');
  }
  const given = headers[KEY_HEADER] ?? url.searchParams.get('key') ?? '';
  if (typeof given !== 'string' || !isSame(given, key)) {
    throw new LabRequestError(
      401,
      'ERR_LAB_KEY',
      'The key is missing or of an earlier run: open the address that the terminal shows.',
    );
  }
}

function isSame(given: string, key: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(key);
  return one.length === other.length && timingSafeEqual(one, other);
}
