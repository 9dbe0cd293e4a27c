// What README and docs show is what the programs do: code, output and pictures.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['README.md', 'docs/multiprogramming.md'];
const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.mjs'));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scheduler-model-docs-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'scheduler-model'), 'dir');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(examples)('%s prints and draws what is shown', (file) => {
  const program = join(folder, file);
  copyFileSync(join(root, 'examples', file), program);
  const before = new Set(readdirSync(folder));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toBe(readFileSync(join(root, 'examples', file.replace('.mjs', '.out')), 'utf8'));
  for (const picture of readdirSync(folder).filter((name) => name.endsWith('.svg') && !before.has(name))) {
    expect(readFileSync(join(root, 'docs', 'pictures', picture), 'utf8'), `picture ${picture}`).toBe(
      readFileSync(join(folder, picture), 'utf8'),
    );
  }
});

test.each(pages)('%s: blocks are copies of the files they name, pictures exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/<!-- (?:example|output): (\S+) -->\n+```\w+\n([\s\S]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(3);
  for (const [, file = '', content] of blocks) {
    expect(content, `file ${file}`).toBe(readFileSync(join(root, file), 'utf8'));
  }
  for (const [, file = ''] of text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
    expect(readFileSync(join(root, page, '..', file), 'utf8')).toContain('<svg');
  }
});
