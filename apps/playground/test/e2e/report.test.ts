/** The HTML report, as someone opens it who was sent the file. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { experiments } from 'playground';
import { expect, onTestFinished, test } from 'vitest';
import { findChromium, launch, screenshot, seriousHindrances, WITHOUT_BROWSER } from './browser.js';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const chromium = findChromium();

const claims = experiments.filter(({ id }) => id.startsWith('isolation/') || id === 'waiting/join-blocks');

async function writeReport(...args: string[]): Promise<{ file: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.html');
  const ids = claims.map(({ id }) => id);
  const { exitCode, stderr } = await runProgram([cli, 'verify', ...ids, '--report', file, ...args]);
  expect(exitCode).toBe(0);
  return { file, stderr };
}

test('has each claim with its control, figures and code, in the language asked for', async () => {
  const { file, stderr } = await writeReport('--controls', '--lang', 'zh');
  expect(stderr).toContain(file);
  const page = readFileSync(file, 'utf8');
  expect(page).toContain('<html lang="zh-CN">');
  for (const { claim, control, code } of claims) {
    expect(page).toContain(claim.zh);
    expect(page).toContain(control.instead.zh);
    expect(page).toContain(code.split('\n')[0]?.replaceAll('"', '&quot;'));
  }
  expect(page).not.toMatch(/https?:|<script|src=/);
});

test('a file that can’t be written is told before anything is measured', async () => {
  const { exitCode, stdout, stderr } = await runProgram([cli, 'verify', '--report', '/dev/null/report.html']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^playground: the report can't be written to \/dev\/null\/report.html: ENOTDIR/);
});

test.skipIf(chromium === undefined)(
  `opens from the file alone, draws to scale, and is accessible${chromium === undefined ? `: ${WITHOUT_BROWSER}` : ''}`,
  async () => {
    const { file } = await writeReport('--controls', '--lang', 'en');
    const browser = await launch(chromium as string);
    try {
      const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
      const page = await context.newPage();
      const said: string[] = [];
      const asked: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      expect(asked).toEqual([pathToFileURL(file).href]);
      expect(said).toEqual([]);
      // Nothing is wider than a phone.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const article = page.locator('[id="waiting/join-blocks"]');
      const bars = await article.locator('.bars').first().locator('tr').all();
      const drawn = await Promise.all(
        bars.map(async (bar) => ({
          value: Number.parseFloat(await bar.locator('span').innerText()),
          width: (await bar.locator('i').boundingBox())?.width ?? 0,
        })),
      );
      const [one, other] = drawn as [(typeof drawn)[0], (typeof drawn)[0]];
      expect(one.value).toBeGreaterThan(0);
      expect(one.width / other.width).toBeCloseTo(one.value / other.value, 1);
      expect(await seriousHindrances(page)).toEqual([]);
      await screenshot(page, 'report-phone');
    } finally {
      await browser.close();
    }
  },
);
