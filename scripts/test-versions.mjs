/**
 * `pnpm test:versions [VERSION…] [-- PATH…]`: the tests on Node 20, 22, 24 and 26, which are fetched as npm packages
 * into .cache/. Paths are passed on to vitest; all tests if there are none. What is built must be up to date.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['20', '22', '24', '26'];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const end = args.indexOf('--');
const wanted = end === -1 ? args : args.slice(0, end);
const paths = end === -1 ? [] : args.slice(end + 1);
const unknown = wanted.filter((version) => !VERSIONS.includes(version));
if (unknown.length > 0) {
  console.error(
    `Usage: pnpm test:versions [VERSION…] [-- PATH…], where VERSION is one of: ${VERSIONS.join(', ')}`,
  );
  process.exit(2);
}

/** Path of that Node. */
function fetchNode(version) {
  const folder = join(root, '.cache', `node-${version}`);
  const node = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(node)) return node;
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`],
    { stdio: 'inherit' },
  );
  if (status !== 0 || !existsSync(node)) throw new Error(`Node ${version} could not be fetched; see above.`);
  return node;
}

/** All tests, then those of the start method that needs a Node started for it. */
const runs = paths.length > 0 ? [paths] : [[], ['--config', 'vitest.fork.config.ts']];

const failed = [];
for (const version of wanted.length > 0 ? wanted : VERSIONS) {
  const node = fetchNode(version);
  console.log(`\n\u25B8 Node ${version}`);
  const statuses = runs.map(
    (options) =>
      spawnSync(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...options], {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, NODE_MAJOR: version, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
      }).status,
  );
  if (statuses.some((status) => status !== 0)) failed.push(version);
}
if (failed.length > 0) {
  console.error(`\nFailed on Node ${failed.join(', ')}.`);
  process.exit(1);
}
