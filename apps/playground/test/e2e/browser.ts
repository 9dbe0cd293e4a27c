/**
 * A real browser for tests: Chromium, as the system has it. scripts/install-chromium.mjs installs it where that is
 * possible; where there is none, tests are skipped, and say so.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export const WITHOUT_BROWSER =
  'there is no Chromium: install one (on Debian: apt-get install chromium), or give its path as CHROMIUM';

export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...(given === undefined ? [] : [given]), ...candidates].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export async function launch(executablePath: string): Promise<Browser> {
  // Chromium's own sandbox can't be had by root.
  return await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

const folder = fileURLToPath(new URL('../../screenshots/', import.meta.url));

/** Kept as an artefact, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
