/**
 * `pnpm soak [--starts N] [--versions 20,22,24,26] [--method forkserver]`: the long run of what
 * forkserver.test.ts does in short, on each version of Node, fetched as the npm package `node`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '10000' },
    versions: { type: 'string', default: '20,22,24,26' },
    method: { type: 'string', default: 'forkserver' },
  },
});

/** The newest Node of a major version. */
function nodeOf(version) {
  const folder = join(root, '.cache', `node-${version}`);
  const path = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(path)) {
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        `node@${version}`,
      ],
      { stdio: 'inherit' },
    );
  }
  return path;
}

const program = join(root, 'packages', 'core-process', 'test', 'programs', 'soak.mjs');
let failed = 0;
for (const version of values.versions.split(',')) {
  const { status, stdout } = spawnSync(nodeOf(version), [program, values.method, values.starts], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout);
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
