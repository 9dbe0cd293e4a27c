/**
 * A real browser for tests: Chromium, as the system has it. scripts/install-chromium.mjs installs it where that is
 * possible; where there is none, tests are skipped, and say so.
 */
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
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

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds to be a serious hindrance to someone who uses the page in another way than by eye and mouse. */
export async function seriousHindrances(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
}

const folder = fileURLToPath(new URL('../../screenshots/', import.meta.url));

/** Kept as an artefact, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
