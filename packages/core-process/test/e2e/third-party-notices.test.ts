/** Whoever is bundled is named, with its licence. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

it('names every package inside dist/entry/execa.cjs', () => {
  const paths = [
    ...read('dist/entry/execa.cjs').matchAll(/^\/\/ .*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//gm),
  ];
  const bundled = new Set(paths.map(([, name]) => name));
  const notices = read('THIRD-PARTY-NOTICES');
  expect(bundled).toContain('execa');
  expect([...bundled].filter((name) => !notices.includes(`\n${name} `))).toEqual([]);
});
