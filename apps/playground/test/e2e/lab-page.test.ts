/** The lab's page in a real browser, each part used as a person would, in both languages. */
import { readFileSync } from 'node:fs';
import { waitFor } from '@tooling/testkit';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { withoutPinning } from '../../src/cores.js';
import { findChromium, launch, screenshot, seriousHindrances, WITHOUT_BROWSER } from './browser.js';
import { pidsBelow, startTestLab, type TestLab } from './lab-fixture.js';

const executable = findChromium();
if (executable === undefined) console.warn(`Skipped: ${WITHOUT_BROWSER}.`);

let browser: Browser;

beforeAll(async () => {
  if (executable !== undefined) browser = await launch(executable);
});

afterAll(async () => {
  if (executable !== undefined) await browser.close();
});

interface Opened {
  readonly lab: TestLab;
  readonly page: Page;
  /** What the page complained about in its console. */
  readonly complaints: string[];
}

interface OpenOptions {
  readonly locale?: string;
  readonly dark?: boolean;
  readonly phone?: boolean;
  readonly lab?: TestLab;
}

const WIDE = { width: 1320, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Adds up what moved without a person having done anything. */
const COUNT_SHIFTS = `
  globalThis.shifts = 0;
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value } of list.getEntries()) if (!hadRecentInput) shifts += value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

async function openPage({
  locale = 'en-US',
  dark = false,
  phone = false,
  lab,
}: OpenOptions = {}): Promise<Opened> {
  const served = lab ?? (await startTestLab());
  const context = await browser.newContext({
    locale,
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? PHONE : WIDE,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(COUNT_SHIFTS);
  await page.goto(served.address);
  return { lab: served, page, complaints };
}

/** What is asked of a page is text: this program knows nothing of a browser's names. */
const ask = <T>(page: Page, script: string) => page.evaluate<T>(script);

/** After what is pending has been drawn. */
const SHIFTS =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(shifts))))';

const PARTS = [
  ['experiments', 'Experiments', '实验'],
  ['scheduler', 'Scheduler', '调度'],
  ['race', 'Ticket race', '抢票'],
  ['processes', 'Processes', '进程'],
  ['model', 'Model and machine', '模型与机器'],
] as const;

const visit = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

async function contentOf(download: Promise<Download>): Promise<{ name: string; text: string }> {
  const file = await download;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

describe.skipIf(executable === undefined)('the page', () => {
  it('runs an experiment: its processes, its verdict and its control, in both languages', async () => {
    const { lab, page, complaints } = await openPage();
    await page
      .getByRole('link', { name: /^Parent and child have different pids|pid/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const verdicts = page.getByRole('region', { name: 'Verdict' });
    await verdicts.getByText('Holds', { exact: true }).waitFor();
    await verdicts.getByText('Does not hold, as it must be').waitFor();
    await page.getByText(/^Measured in \d/).waitFor();
    if (process.platform === 'linux') {
      await page.getByRole('img', { name: /^Timeline of \d+ processes/ }).waitFor();
    }
    await screenshot(page, 'experiments-en');

    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('region', { name: '结论' }).getByText('成立', { exact: true }).waitFor();
    await page.getByRole('button', { name: '复制' }).click();
    await page.getByRole('button', { name: '已复制' }).waitFor();
    expect(await ask<string>(page, 'navigator.clipboard.readText()')).toContain("from 'core-process'");
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await screenshot(page, 'experiments-zh');
    expect(pidsBelow(lab)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('stops an experiment, and leaves no process', async () => {
    const { lab, page } = await openPage();
    await page.goto(`${lab.origin}/#/experiments/waiting/one-by-one-or-together`);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('Measuring…').first().waitFor();
    await waitFor('its processes', () => pidsBelow(lab).length > 1);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. None of its processes is left.').waitFor();
    expect(pidsBelow(lab)).toEqual([]);
  });

  it('ends what runs when it is closed', async () => {
    const { lab, page } = await openPage();
    await page.goto(`${lab.origin}/#/experiments/waiting/one-by-one-or-together`);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await waitFor('its processes', () => pidsBelow(lab).length > 1);
    await page.close();
    expect(await waitFor('the end of all of them', () => pidsBelow(lab).length === 0)).toBe(true);
  });

  it('schedules what is typed, at once, side by side, and says what is wrong', async () => {
    const { page, complaints } = await openPage();
    await visit(page, 'Scheduler');
    const figures = page.getByRole('region', { name: 'In figures' });
    const row = (name: string) => figures.getByRole('row', { name: new RegExp(`^${name}`) });
    await row('Round robin').waitFor();
    await page.getByLabel('Begin with').selectOption('convoy');
    // By hand: (24 + 26 + 27 + 27) / 4; with the short ones overtaking, (30 + 3 + 5 + 2) / 4.
    expect(await row('First come, first served').getByRole('cell').nth(0).textContent()).toBe('26');
    expect(await row('Shortest remaining time').getByRole('cell').nth(0).textContent()).toBe('10');
    await page.getByLabel('Round robin').check();
    expect(await figures.getByRole('row').count()).toBe(4);

    const script = page.getByLabel('What it does, long');
    await script.fill('cpu 24, sleep 3');
    const problem = page.getByText('long: “sleep 3” is none of', { exact: false });
    await problem.waitFor();
    expect(await script.getAttribute('aria-invalid')).toBe('true');
    // The charts of what could be run last are still there.
    expect(await figures.getByRole('row').count()).toBe(4);
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByText('long：“sleep 3”不是', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await script.fill('cpu 2');
    await problem.waitFor({ state: 'detached' });
    await page.getByLabel('Cores', { exact: true }).fill('0');
    await page.getByText('Cores: give a whole number from 1 to 64.').waitFor();
    await page.getByLabel('Cores', { exact: true }).fill('2');
    await page.getByText('Cores: give').waitFor({ state: 'detached' });
    await screenshot(page, 'scheduler-en');
    expect(complaints).toEqual([]);
  });

  it('steps through a run by keyboard, with the diagram of states', async () => {
    const { page } = await openPage();
    await visit(page, 'Scheduler');
    await page.getByLabel('Begin with').selectOption('convoy');
    await page.getByRole('button', { name: 'Next step' }).focus();
    for (let step = 0; step < 3; step++) await page.keyboard.press('Enter');
    await page.getByText('3 of').waitFor();
    await page.getByText('At 1, short arrives, and is ready.').waitFor();
    const diagram = page.getByRole('img', { name: /^New:/ });
    expect(await diagram.getAttribute('aria-label')).toBe(
      'New: shorter, shortest; Ready: short; Running: long; Blocked: –; Ended: –',
    );
    await page.getByRole('slider', { name: 'Step' }).focus();
    await page.keyboard.press('End');
    await page.getByText(/has ended\.$/).waitFor();
    expect(await diagram.getAttribute('aria-label')).toContain('Ended: long, short, shorter, shortest');
    await diagram.scrollIntoViewIfNeeded();
    await screenshot(page, 'scheduler-steps');
  });

  it('saves a picture and a trace, and is shared by its address', async () => {
    const { lab, page } = await openPage();
    await visit(page, 'Scheduler');
    await page.getByLabel('Begin with').selectOption('lock');
    const picture = contentOf(page.waitForEvent('download'));
    await page.getByRole('button', { name: 'Save the chart as SVG, Priority' }).click();
    expect(await picture).toMatchObject({
      name: 'priority.svg',
      text: expect.stringMatching(/^<svg [\s\S]*<\/svg>\s*$/),
    });
    const trace = contentOf(page.waitForEvent('download'));
    await page.getByRole('button', { name: /^Save a trace/ }).click();
    const { traceEvents } = JSON.parse((await trace).text) as { traceEvents: { ph: string }[] };
    expect(traceEvents.filter(({ ph }) => ph === 'X').length).toBeGreaterThan(5);

    await page.getByLabel('What it does, middle').fill('cpu 7, io 2');
    await page.getByRole('button', { name: 'Copy the link' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const address = await ask<string>(page, 'navigator.clipboard.readText()');
    // The key is nobody else's business.
    expect(address).not.toContain(lab.key);
    const other = await page.context().newPage();
    await other.goto(address);
    expect(await other.getByLabel('What it does, middle').inputValue()).toBe('cpu 7, io 2');
    expect(await other.getByLabel('Priority, middle').inputValue()).toBe('2');
  });

  it('holds a sale under strategies side by side', async () => {
    const { lab, page, complaints } = await openPage();
    await visit(page, 'Ticket race');
    await page.getByRole('button', { name: 'Open the doors' }).click();
    const lock = page.getByRole('region', { name: 'A lock', exact: true });
    const none = page.getByRole('region', { name: 'No protection' });
    await lock.getByText(/^3 of 3 sold, 0 left, nothing lost, in/).waitFor();
    await none.getByText(/^\d sold of 3: \d too many, \d purchases? overwritten\.$/).waitFor();
    await lock.getByText('db.json: tickets 0, sales 3').waitFor();
    await page.getByText('Sold, and audited.').waitFor();
    await screenshot(page, 'race-en');
    await page.getByLabel('Buyers', { exact: true }).fill('99');
    await page.getByText(/^Give 1 to 16 buyers/).waitFor();
    expect(await page.getByRole('button', { name: 'Open the doors' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: '中文' }).click();
    await page
      .getByRole('region', { name: '加锁' })
      .getByText(/^3 张票卖出 3 张/)
      .waitFor();
    await screenshot(page, 'race-zh');
    expect(pidsBelow(lab)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows its processes: many of them, one stopped, all killed', async () => {
    const { lab, page, complaints } = await openPage();
    await visit(page, 'Processes');
    const table = page.getByRole('table');
    await table.getByRole('row', { name: /^the lab/ }).waitFor();
    await page.getByLabel('that').selectOption('waiting');
    await page.getByLabel('How many').fill('65');
    await page.getByText('There can be 64 at most').waitFor();
    await page.getByLabel('How many').fill('24');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('24 of 64 are there.').waitFor();
    expect(await table.getByRole('row', { name: /^wait/ }).count()).toBe(24);
    await table
      .getByRole('button', { name: /^Pause/ })
      .first()
      .click();
    await table.getByRole('row', { name: /T stopped/ }).waitFor();
    await screenshot(page, 'processes-en');
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByText('24 个，最多 64 个。').waitFor();
    await page.getByRole('button', { name: '全部杀死' }).click();
    await page.getByText('目前没有；最多可有 64 个。').waitFor();
    await waitFor('the end of all of them', () => pidsBelow(lab).length === 0);
    await screenshot(page, 'processes-zh');
    expect(complaints).toEqual([]);
  });

  it('runs a workload in the model and on the machine', async (context) => {
    const reason = withoutPinning();
    if (reason !== undefined) return context.skip(reason.en);
    const { page, complaints } = await openPage();
    await visit(page, 'Model and machine');
    await page.getByLabel('waits', { exact: true }).fill('io 5');
    await page.getByText('waits: cpu and io take turns, and cpu comes first.').waitFor();
    expect(await page.getByRole('button', { name: 'Run it for real' }).isDisabled()).toBe(true);
    await page.getByLabel('waits', { exact: true }).fill('cpu 20, io 60, cpu 20');
    await page.getByRole('button', { name: 'Run it for real' }).click();
    const errors = page.getByRole('region', { name: 'How far apart' });
    await errors.getByRole('row', { name: /^waits \d+ ms \d+ ms \d+ ms [+−][\d.]+ % \d+ \/ \d+$/ }).waitFor();
    await page.getByRole('region', { name: 'The machine' }).getByRole('img').waitFor();
    await screenshot(page, 'model-en');
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('region', { name: '相差多少' }).waitFor();
    await screenshot(page, 'model-zh');
    expect(complaints).toEqual([]);
    return undefined;
  });

  it('can be used by keyboard alone', async () => {
    const { page } = await openPage();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const focused = () => ask<string>(page, 'document.activeElement.textContent.trim()');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Scheduler');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What would a scheduler do?' }).waitFor();
    await page.getByLabel('First come, first served').focus();
    await page.keyboard.press('Space');
    await page.getByRole('region', { name: 'First come, first served' }).waitFor();
  });

  it('says when the server is gone, when its key is an old one, and goes on with the new one', async () => {
    const { lab, page } = await openPage();
    await page.getByRole('heading', { level: 1 }).waitFor();
    lab.program.child.kill('SIGTERM');
    await lab.program.ended;
    await page.getByText('The lab’s server does not answer', { exact: false }).waitFor();
    const next = await startTestLab(['--port', String(lab.port)]);
    await page.getByText('This page has no key to this run of the lab.', { exact: false }).waitFor();
    await page.goto(next.address);
    await page.reload();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await page.getByText('This page has no key').count()).toBe(0);
  });

  it('without a key has the scheduler, and says what the rest needs', async () => {
    const lab = await startTestLab();
    const { page } = await openPage({ lab: { ...lab, address: lab.origin } });
    await page.getByText('Open the address that the terminal shows', { exact: false }).waitFor();
    await visit(page, 'Scheduler');
    await page.getByRole('region', { name: 'Round robin' }).waitFor();
    expect(await page.getByRole('button', { name: 'Copy the link' }).isEnabled()).toBe(true);
  });
});

describe.skipIf(executable === undefined).each([
  ['light, English', { locale: 'en-US', dark: false }, 1],
  ['dark, Chinese', { locale: 'zh-CN', dark: true }, 2],
] as const)('every part, %s', (title, options, column) => {
  it('is accessible: axe finds nothing serious; nothing moves by itself', async () => {
    const { page, complaints } = await openPage(options);
    for (const part of PARTS) {
      await visit(page, part[column]);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await seriousHindrances(page), part[0]).toEqual([]);
      if (options.dark) await screenshot(page, `${part[0]}-dark-zh`);
    }
    expect(complaints).toEqual([]);
  });

  it('fits a phone’s width', async () => {
    const { page } = await openPage({ ...options, phone: true });
    for (const part of PARTS) {
      await visit(page, part[column]);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const overflow = await ask<number>(page, 'document.documentElement.scrollWidth - innerWidth');
      expect(overflow, part[0]).toBeLessThanOrEqual(0);
      await screenshot(page, `${part[0]}-phone-${title.replace(/\W+/g, '-').toLowerCase()}`);
    }
  });

  it('opens without anything moving', async () => {
    const { lab, page } = await openPage(options);
    for (const [part] of PARTS) {
      await page.goto(`${lab.origin}/#/${part}`);
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText(/^Node \d/).waitFor();
      expect(await ask(page, SHIFTS), part).toBe(0);
    }
  });
});
