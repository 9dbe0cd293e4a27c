/**
 * Every check that CI runs, one after the other, each with its time; stops at none, and fails if any failed.
 *
 * `node scripts/check.mjs NAME…` runs only the named ones.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);

/** @type {readonly [name: string, command: string, args: readonly string[]][]} */
const checks = [
  ['format', bin('biome'), ['format']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types', bin('turbo'), ['run', 'typecheck', '--output-logs=errors-only']],
  ['docs', bin('typedoc'), []],
  ['unused', bin('knip'), ['--no-config-hints']],
  ['browser', process.execPath, [join(root, 'scripts', 'install-chromium.mjs')]],
  ['tests', bin('vitest'), ['run']],
  ['packages', process.execPath, [join(root, 'scripts', 'check-packages.mjs')]],
  ['readmes', process.execPath, [join(root, 'scripts', 'check-readmes.mjs')]],
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some(([known]) => known === name));
if (unknown.length > 0) {
  console.error(
    `There is no check "${unknown.join('", "')}"; there are: ${checks.map(([name]) => name).join(', ')}.`,
  );
  process.exit(2);
}
const failed = [];
for (const [name, command, args] of checks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n\u25B8 ${name}`);
  const started = Date.now();
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  console.log(
    `${status === 0 ? '\u2713' : '\u2717'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}. Run one alone with: npm test -- ${failed[0]}`);
  process.exit(1);
}
