import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryFolder } from './temporary-folder.js';

test('removes what killed processes have left, and nothing else', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const left = join(tmpdir(), `playground-${pid}-killed`);
  const others = join(tmpdir(), `playground-${pid}`);
  for (const folder of [left, others]) mkdirSync(folder);
  writeFileSync(join(left, 'db.json'), '{}');
  const [first, second] = [makeTemporaryFolder(), makeTemporaryFolder()];
  onTestFinished(() => {
    for (const folder of [left, others, first, second]) rmSync(folder, { recursive: true, force: true });
  });
  expect([left, others, first, second].map((folder) => existsSync(folder))).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(second).not.toBe(first);
});
