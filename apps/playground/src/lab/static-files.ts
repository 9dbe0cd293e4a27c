/** The page's files, as Vite has built them: a fixed list, read once, so that no path can lead elsewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabRequestError } from './lab-errors.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Nothing from elsewhere, nothing inline, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const SAFETY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export class StaticFiles {
  readonly #files = new Map<string, { readonly body: Buffer; readonly type: string }>();

  /** @param folder - what Vite has written */
  constructor(folder: URL) {
    const root = fileURLToPath(folder);
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      const path = join(entry.parentPath, entry.name);
      const address = path.slice(root.length).replaceAll('\\', '/').replace(/^\/*/, '/');
      this.#files.set(address, { body: readFileSync(path), type });
    }
  }

  /** @throws LabRequestError 404 */
  serve(path: string, response: ServerResponse): void {
    const file = this.#files.get(path === '/' ? '/index.html' : path);
    if (file === undefined) throw new LabRequestError(404, 'ERR_LAB_NO_SUCH_PAGE', `There is no ${path}.`);
    response.writeHead(200, {
      ...SAFETY_HEADERS,
      'content-type': file.type,
      'content-length': file.body.length,
      // Names of assets change with their content.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(file.body);
  }
}
