// The library where there is no Node: bundled for a browser, small, and the same bytes for the same seed.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build, stop } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { digest } from '../programs/digest.mjs';

/** Bytes minified and compressed, what a page pays: for all of an entry, and for a page that draws one run. */
const BUDGETS: readonly (readonly [what: string, code: string, bytes: number])[] = [
  ['everything', "import * as all from 'scheduler-model'; globalThis.all = all;", 27_000],
  ['everything of OSTEP', "import * as all from 'scheduler-model/ostep'; globalThis.all = all;", 22_000],
  [
    'one policy and one picture',
    "import { renderGanttSvg, roundRobin, simulate } from 'scheduler-model'; globalThis.all = [renderGanttSvg, roundRobin, simulate];",
    17_000,
  ],
];

const programs = fileURLToPath(new URL('../programs/', import.meta.url));

async function bundle(code: string): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: programs, loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
  });
  return result.outputFiles[0]?.text ?? '';
}

const PAGE = `import { digest } from './digest.mjs'; globalThis.answer = digest();`;

afterAll(() => stop());

test.each(BUDGETS)('%s: bundles without Node, within its budget', async (what, source, budget) => {
  const code = await bundle(source);
  expect(code).not.toContain('node:');
  const size = gzipSync(code).length;
  console.log(`${what}: ${code.length} bytes minified, ${size} compressed, of ${budget}`);
  expect(size).toBeLessThan(budget);
});

test('on every version of Node: the same bytes as when this was written', () => {
  expect(digest()).toBe('f0007c6e');
});

test('in a context with the language alone: the same bytes', async () => {
  const context = createContext({});
  runInContext(await bundle(PAGE), context);
  expect(context['answer']).toBe(digest());
});

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

test.skipIf(chromium === undefined)('in a browser: the same bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scheduler-model-page-'));
  try {
    const page = join(folder, 'page.html');
    const code = (await bundle(PAGE)).replaceAll('</script', '<\\/script');
    writeFileSync(
      page,
      `<body><script>${code}\ndocument.body.textContent = globalThis.answer;</script></body>`,
    );
    const options = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${join(folder, 'profile')}`,
      '--dump-dom',
    ];
    const { stdout } = spawnSync(chromium as string, [...options, `file://${page}`], { encoding: 'utf8' });
    expect(stdout).toContain(`<body>${digest()}</body>`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the library imports nothing', () => {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  for (const entry of ['index.js', 'ostep.js']) {
    const seen = new Set<string>();
    const look = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, from = ''] of readFileSync(join(dist, file), 'utf8').matchAll(
        /^(?:import|export)[^;]*?from ["']([^"']+)["']/gm,
      )) {
        expect(from).toMatch(/^\.\//);
        look(from);
      }
    };
    look(entry);
  }
});
